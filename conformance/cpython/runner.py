"""Run tests of one class in a process of its own, hangs and crashes included."""

import multiprocessing
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import events
from .environment import environment
from .events import Event
from .group import Group
from .results import Result, TestResult

WORKER: Final = f"{__package__}.worker"
EXIT_WAIT_S: Final = 5.0  # for a worker whose pipe has been closed to end


@dataclass(frozen=True, kw_only=True)
class ClassRun:
    """Tests of one class, held to one subject under one start method.

    Guarantees: immutable.
    """

    subject: str
    prepares: bool
    """Whether the subject has something to start before its first pool."""
    start_method: str
    case: str
    """The class."""
    methods: tuple[str, ...]
    """Which of its tests, in order."""
    timeout_s: float
    """For each test, and for the set-up and the tear-down of the class: seconds."""


def run_class(run: ClassRun, report: Callable[[TestResult], None]) -> None:
    """Run the tests of `run`, calling `report` with each result as soon as it is there.

    A test that hangs or takes the interpreter down is a result; the class goes on behind it, in a
    new process.  No process is left.
    """
    waiting = list(run.methods)
    while waiting:
        waiting = _Attempt(run, waiting, report).run()


class _Attempt:
    """One process, from the first test that is still waiting until it ends or has to be ended.

    Guarantees: belongs to one thread; `run` is called once, and reports every test at most once.
    """

    def __init__(
        self, run: ClassRun, methods: list[str], report: Callable[[TestResult], None]
    ) -> None:
        self._run = run
        self._waiting = list(methods)
        self._report = report
        self._current: str | None = None  # the test under way
        self._since_s = time.monotonic()  # start of the step under way
        self._printed = 0  # bytes, before the step under way

    def run(self) -> list[str]:
        """Run, and return the methods that are still waiting."""
        with tempfile.TemporaryDirectory(prefix="poolproof-", ignore_cleanup_errors=True) as folder:
            group, pipe = self._start(Path(folder))
            with pipe:
                try:
                    self._follow(group, pipe)
                finally:
                    group.end()
        return self._waiting

    def _start(self, folder: Path) -> tuple[Group, events.Pipe]:
        reading, writing = multiprocessing.Pipe(duplex=False)
        with writing:
            descriptor = writing.fileno()
            run = self._run
            group = Group(
                [sys.executable, "-m", WORKER, str(descriptor), run.case, *self._waiting],
                environment=environment(
                    run.subject, _stdlib_method(run), folder, prepares=run.prepares
                ),
                folder=folder,
                descriptor=descriptor,
            )
        return group, reading

    def _follow(self, group: Group, pipe: events.Pipe) -> None:
        """Report what the worker says, then what its silence means."""
        try:
            while (event := events.receive(pipe, self._run.timeout_s)) and event.kind != "done":
                self._take(event, group)
        except EOFError:
            self._blame("crash", self._with_output(_how_ended(group), group))
            return
        if event is None:
            stacks = f"no end after {self._run.timeout_s:g} s\n\n{group.stacks()}"
            self._blame("hang", self._with_output(stacks, group))
            return
        self._since_s = time.monotonic()
        code = group.wait(self._run.timeout_s)
        if code is None:
            message = f"no end {self._run.timeout_s:g} s after the last test\n\n{group.stacks()}"
            self._tell("hang", f"{self._run.case} (interpreter exit)", message)
        elif code != 0:
            message = self._with_output(_how_ended(group), group)
            self._tell("crash", f"{self._run.case} (interpreter exit)", message)

    def _take(self, event: Event, group: Group) -> None:
        """Report a test that has ended, or note the one that starts."""
        method = event.test.rpartition(".")[2]
        self._since_s = time.monotonic()
        if event.kind == "start":
            self._current = method
            self._printed = group.printed()
            return
        self._current = None
        if method in self._waiting:
            self._waiting.remove(method)
        message = event.message
        if message is not None and event.result != "skip":
            message = self._with_output(message, group)
        self._tell(event.result, event.test, message, event.duration_s)

    def _with_output(self, message: str, group: Group) -> str:
        """Add what was printed during the step: it may be a worker's last words."""
        output = group.output(self._printed)
        return f"{message}\n\noutput:\n{output}" if output else message

    def _blame(self, result: Result, message: str) -> None:
        """Lay a hang or a crash to the test under way, else to the set-up or the tear-down.

        A set-up that hangs will hang again: it speaks for every test that waits for it.
        """
        case = self._run.case
        if self._current is not None:
            self._waiting.remove(self._current)
            self._tell(result, f"{case}.{self._current}", message)
        elif self._waiting:
            for method in self._waiting:
                self._tell(result, f"{case}.{method}", f"in the set-up of the class: {message}")
            self._waiting = []
        else:
            self._tell(result, f"{case} (tear-down)", message)

    def _tell(
        self, result: Result, test: str, message: str | None, duration_s: float | None = None
    ) -> None:
        if duration_s is None:
            duration_s = round(time.monotonic() - self._since_s, 3)
        self._report(
            TestResult(
                subject=self._run.subject,
                start_method=self._run.start_method,
                test=test,
                result=result,
                duration_s=duration_s,
                message=message,
            )
        )


def _stdlib_method(run: ClassRun) -> str:
    """Return the start method for the tests' own processes.

    A subject that starts workers in one way of its own (threads, a cluster) has no say in it.
    """
    if run.start_method in multiprocessing.get_all_start_methods():
        return run.start_method
    return multiprocessing.get_start_method()


def _how_ended(group: Group) -> str:
    """Return how the worker ended, now that its pipe is closed."""
    code = group.wait(EXIT_WAIT_S)
    if code is None:
        return "the interpreter closed its pipe and went on"
    if code < 0:
        return f"the interpreter was killed by {signal.Signals(-code).name}"
    return f"the interpreter ended in the middle, with exit code {code}"
