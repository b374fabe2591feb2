"""What every interpreter of a run does before anything else: see `hooks/sitecustomize.py`."""

import contextlib
import faulthandler
import importlib.util
import os
import signal
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from . import doors, environment
from .testpackage import STDLIB

DUMP_SIGNAL: Final = signal.SIGUSR1  # makes a process write its stacks


def prepare() -> None:
    """Make CPython's tests find themselves, the subject, and a way to show where they hang."""
    _pin_test_package()
    _dump_stacks_on_signal()
    os.register_at_fork(after_in_child=_dump_stacks_on_signal)
    doors.open_doors()


def stack_file(folder: Path, pid: int) -> Path:
    """Return the file in which process `pid` writes its stacks; it exists once it is ready to."""
    return folder / f"{pid}.stacks"


def _pin_test_package() -> None:
    """Import the interpreter's `test` package before a folder `test` of the user's can hide it."""
    spec = PathFinder.find_spec("test", [str(STDLIB)])
    if spec is not None and spec.loader is not None:
        package = importlib.util.module_from_spec(spec)
        sys.modules["test"] = package
        spec.loader.exec_module(package)


def _dump_stacks_on_signal() -> None:
    """Have `DUMP_SIGNAL` write the stacks of all threads, even of a process stuck in C."""
    # A process with no file descriptor left still deserves to be tested, without its stacks.
    with contextlib.suppress(OSError):
        path = stack_file(Path(os.environ[environment.STACKS]), os.getpid())
        with path.open("w") as file:
            descriptor = os.dup(file.fileno())  # faulthandler writes to it until the process ends
        faulthandler.register(DUMP_SIGNAL, file=descriptor, all_threads=True)
