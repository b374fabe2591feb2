"""The process that has the pools is killed, and its workers are orphans."""

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import psutil

from ..harness.bound import BoundSubject
from ..harness.expect import InjectorError, Mismatch

Household = tuple[Any, list[psutil.Process]]
"""What must stay referenced in the parent (its pools), and its workers."""


def orphans(subject: BoundSubject, found: Callable[[], Household]) -> list[psutil.Process]:
    """Run `found` in a child process, kill that with SIGKILL, and return the workers it had.

    Raises: InjectorError when the child does not get that far.
    """
    path = subject.folder / "workers"
    subject.no_script("what follows happens in a forked child, which is then killed with SIGKILL")
    parent = os.fork()
    if parent == 0:
        _be_parent(found, path)
    try:
        subject.eventually(path.exists, "the child to have its workers")
        pids = [int(word) for word in path.read_text(encoding="ascii").split()]
        workers = [psutil.Process(pid) for pid in pids]
    except (Mismatch, psutil.Error) as error:
        raise InjectorError("expected a child with workers to be orphaned") from error
    finally:
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
    return workers


def _be_parent(found: Callable[[], Household], path: Path) -> NoReturn:
    try:
        _keep_apart(path.with_suffix(".left"))
        kept, workers = found()
        partial = path.with_suffix(".partial")
        partial.write_text(" ".join(str(process.pid) for process in workers), encoding="ascii")
        partial.rename(path)
        while kept is not None:
            signal.pause()
    finally:
        os._exit(1)


def _keep_apart(folder: Path) -> None:
    """Take what is written and made here out of the census: nobody cleans up after SIGKILL."""
    folder.mkdir()
    tempfile.tempdir = str(folder)
    errors = os.open(folder / "errors.txt", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.dup2(errors, 2)  # the resource tracker reports there what it unlinks
    os.close(errors)
