"""A program of its own around the subject: how it ends is what a clause asks.

The lines run as a script file, where `Pool(processes, **options)` opens the subject under the
body's start method and `tasks` are the task functions.  A program that does not end keeps the body
waiting, so it is a HANG like any other.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .bound import BoundSubject

_HEAD = """\
import sys
sys.path[:0] = {path!r}
from functools import partial
from {room} import subjects, tasks
Pool = partial(subjects.load({name!r}).open, start_method={start_method!r})
"""
_ROOM = (__package__ or "").rpartition(".")[0]


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    code: int
    """Exit code; minus the signal's number where one ended it."""
    output: str
    errors: str


@contextmanager
def start(subject: BoundSubject, lines: str) -> "Iterator[subprocess.Popen[str]]":
    """Run the program beside the block, and kill it should it outlive that.

    Its standard input and output are text pipes.
    """
    path = subject.folder / "program.py"
    head = _HEAD.format(
        path=[entry for entry in sys.path if entry],
        room=_ROOM,
        name=subject.name,
        start_method=subject.start_method,
    )
    path.write_text(head + lines, encoding="utf-8")
    subject.no_script("a program of its own is run")
    subject.statement("# " + lines.strip().replace("\n", "\n# "))
    with (
        _errors(subject).open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            [sys.executable, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as program,
    ):
        try:
            yield program
        finally:
            program.kill()


def line(program: "subprocess.Popen[str]") -> str:
    """Wait for the next line of the program's output; empty once it has ended."""
    return program.stdout.readline().rstrip("\n") if program.stdout else ""


def finish(subject: BoundSubject, program: "subprocess.Popen[str]") -> Ended:
    """Close the program's input and wait for its end."""
    with subject.phase("the program's end"):
        output, _ = program.communicate()
    return Ended(program.returncode, output, _errors(subject).read_text(encoding="utf-8"))


def run(subject: BoundSubject, lines: str) -> Ended:
    """Run the program to its end."""
    with start(subject, lines) as program:
        return finish(subject, program)


def _errors(subject: BoundSubject) -> Path:
    return subject.folder / "program.errors"
