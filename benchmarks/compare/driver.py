"""The process that opens one subject's pools and times them; started by `driving.Driver`.

    python -c "from benchmarks.compare.driver import main; main()" SUBJECT SOCKET_FD

`-c`, because then `__main__` has no file and spawned workers do not run it again: nothing of the
harness is booked on a pool's start-up.
"""

import faulthandler
import importlib
import os
import sys
import warnings
from multiprocessing.connection import Connection
from typing import Any

from .operations import take_sample
from .protocol import Answer, Ask, Hello, Refusal
from .rows import ROWS, WORKERS

STACKS_BEFORE_DEADLINE_S = 0.5


class SubjectPools:
    """Opens and shuts pools of one subject under one start method."""

    def __init__(self, subject: Any, start_method: str) -> None:
        self._subject = subject
        self._start_method = start_method

    def open(self) -> Any:
        """Return a new pool of `WORKERS` workers."""
        return self._subject.open(WORKERS, start_method=self._start_method)

    def shut(self, pool: Any) -> None:
        """Let the workers end, in whatever way the subject has for that."""
        for name in ("close", "join"):
            if self._subject.capabilities.has(name):
                getattr(pool, name)()
        self._subject.release()


def main() -> None:
    """Answer questions until the socket closes."""
    name, descriptor = sys.argv[1], int(sys.argv[2])
    connection = Connection(descriptor)
    os.set_inheritable(descriptor, False)
    # A forked worker that keeps the socket would keep the test process from seeing our end.
    os.register_at_fork(after_in_child=lambda: os.close(descriptor))
    # Python 3.12+ warns at every fork of a process with threads: a fact about forks, not news here.
    warnings.simplefilter("ignore", DeprecationWarning)
    subject = _load(name)
    if isinstance(subject, Refusal):
        connection.send(subject)
        return
    connection.send(Hello(subject.version, tuple(subject.capabilities.start_methods)))
    rehearsed: set[str] = set()
    while True:
        try:
            ask = connection.recv()
        except EOFError:
            return
        connection.send(_answer(subject, ask, rehearsed))


def _load(name: str) -> Any:
    """Return the subject, or the Refusal that says why there is none."""
    subjects = importlib.import_module("conformance.subjects")
    try:
        return subjects.load(name)
    except subjects.SubjectNotInstalledError as error:
        return Refusal("missing", str(error), error.pip_line)
    except subjects.SubjectError as error:
        return Refusal("missing", str(error))


def _answer(subject: Any, ask: Ask, rehearsed: set[str]) -> Answer:
    missing = subject.capabilities.missing(ROWS[ask.row].needs, ask.start_method)
    if missing:
        return Refusal("unsupported", f"{subject.name} has no {', '.join(missing)}")
    faulthandler.dump_traceback_later(max(ask.deadline_s - STACKS_BEFORE_DEADLINE_S, 0.1))
    try:
        pools = SubjectPools(subject, ask.start_method)
        if ask.start_method not in rehearsed:
            # What a process pays once (imports, the fork server) is in no sample.
            take_sample(pools, ROWS["cold"], ask)
            rehearsed.add(ask.start_method)
        return take_sample(pools, ROWS[ask.row], ask)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its row's reason
        return Refusal("failed", f"{type(error).__name__}: {error}")
    finally:
        faulthandler.cancel_dump_traceback_later()
