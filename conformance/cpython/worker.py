"""Run tests of one class of CPython's, and report each over a pipe.

python -m conformance.cpython.worker DESCRIPTOR CLASS METHOD...

Started by `runner` in a process group, a folder and an environment of its own.
"""

import os
import signal
import sys
import time
import traceback
import unittest
from collections.abc import Callable
from types import TracebackType
from typing import Any

from . import environment, events
from .events import Event
from .results import RESULTS, Result

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class Reporter(unittest.TestResult):
    """Turns what unittest says into events.

    Guarantees: `end` is sent once for each of `methods`, also where a set-up that fails keeps it
    from starting.  Belongs to one thread.
    """

    def __init__(self, pipe: Any, case_name: str, methods: list[str]) -> None:
        super().__init__()
        self._pipe = pipe
        self._case_name = case_name
        self._waiting = {f"{case_name}.{method}": None for method in methods}  # an ordered set
        self._started_s = 0.0
        self._outcomes: list[tuple[Result, str]] = []

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """Note the time, and say which test is on."""
        super().startTest(test)
        self._started_s = time.monotonic()
        self._outcomes = []
        self._send(Event(kind="start", test=_name(test)))

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """Send the worst of what the test, its clean-up and its subtests came to."""
        super().stopTest(test)
        duration_s = time.monotonic() - self._started_s
        self._end(_name(test), self._outcomes, duration_s)

    def addFailure(self, test: unittest.TestCase, err: _ExcInfo) -> None:  # noqa: N802 - unittest's name
        """Note an assertion that does not hold."""
        self._note(test, "fail", _text(err))

    def addError(self, test: unittest.TestCase, err: _ExcInfo) -> None:  # noqa: N802 - unittest's name
        """Note any other exception."""
        self._note(test, "error", _text(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802 - unittest's name
        """Note why a test does not apply."""
        self._note(test, "skip", reason)

    def addSubTest(  # noqa: N802 - unittest's name
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: _ExcInfo | None
    ) -> None:
        """Note a subtest that has failed."""
        if err is not None:
            failed = err[0] is not None and issubclass(err[0], test.failureException)
            self._note(test, "fail" if failed else "error", f"{subtest.id()}: {_text(err)}")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """Note a test that passes though CPython says that it cannot."""
        self._note(test, "fail", "unexpected success of a test marked as an expected failure")

    def note_step(self, step: str, err: _ExcInfo) -> None:
        """Note what the subject's own `prepare` or `release` raised."""
        self._note_outside_tests(step, "error", _text(err))

    def _note(self, test: Any, result: Result, message: str) -> None:
        if isinstance(test, unittest.TestCase):
            self._outcomes.append((result, message))
        else:  # unittest's stand-in for a set-up or tear-down of a class or module
            self._note_outside_tests(test.id(), result, message)

    def _note_outside_tests(self, where: str, result: Result, message: str) -> None:
        """Give a failed set-up to the tests it kept from starting, a tear-down a row of its own.

        So is what the subject prepares a set-up, and what it releases a tear-down.
        """
        step = where.partition(" ")[0]
        outcome = [(result, f"{step}: {message}")]
        if not step.startswith(("setUp", "prepare")):
            self._end(f"{self._case_name} ({step})", outcome, 0.0)
            return
        for name in list(self._waiting):
            self._end(name, outcome, 0.0)
        # What the set-up had started, unittest does not tear down, and the clean-up of CPython's
        # tearDownModule waits for ever for a manager that runs on: the runner ends it.
        self._send(Event(kind="done"))
        os._exit(0)

    def _end(self, name: str, outcomes: list[tuple[Result, str]], duration_s: float) -> None:
        self._waiting.pop(name, None)
        result: Result = max((r for r, _ in outcomes), key=RESULTS.index, default="pass")
        message = "\n".join(text for _, text in outcomes) or None
        end = Event(
            kind="end", test=name, result=result, duration_s=round(duration_s, 3), message=message
        )
        self._send(end)

    def _send(self, event: Event) -> None:
        try:
            events.send(self._pipe, event)
        except OSError:  # the runner is gone, and nobody is left to end this group
            os.killpg(0, signal.SIGKILL)


def run(pipe: Any, case_name: str, methods: list[str]) -> None:
    """Run `methods` of class `case_name`, with set-up and tear-down, and say when all is done."""
    # A spawned child imports this file again, but has no use for these.
    from ..harness.processes import die_with_parent  # noqa: PLC0415
    from . import installed  # noqa: PLC0415

    die_with_parent(signal.SIGKILL, os.getppid())
    case: type[unittest.TestCase] = getattr(installed, case_name)
    tests = unittest.TestSuite(case(method) for method in methods)
    reporter = Reporter(pipe, case_name, methods)
    subject = _prepare(reporter) if os.environ[environment.PREPARES] else None
    tests.run(reporter)
    if subject is not None:
        _step(reporter, "release", subject.release)
    events.send(pipe, Event(kind="done"))


def _prepare(reporter: Reporter) -> Any:
    """Start what the subject's pools need, once a class, and return the subject."""
    from ..subjects import load  # noqa: PLC0415 - as above
    from . import doors  # noqa: PLC0415

    with doors.closed_doors():
        subject = load(os.environ[environment.POOL])
        _step(reporter, "prepare", subject.prepare)
    return subject


def _step(reporter: Reporter, name: str, step: Callable[[], object]) -> None:
    try:
        step()
    except (Exception, SystemExit):  # noqa: BLE001 - a foreign function may do anything
        reporter.note_step(name, sys.exc_info())


def _name(test: unittest.TestCase) -> str:
    return ".".join(test.id().split(".")[-2:])


def _text(err: _ExcInfo) -> str:
    """Return a traceback as Python prints it."""
    return "".join(traceback.format_exception(*err)).strip()


if __name__ == "__main__":
    run(events.worker_end(int(sys.argv[1])), sys.argv[2], sys.argv[3:])
