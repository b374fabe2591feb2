"""All the class runs that a command asks for, one after the other."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Final

from ..harness.readiness import ReadySubject
from .results import TestResult
from .runner import ClassRun, run_class
from .summary import Display

_INSTALLED_AS: Final = re.compile(r"^With(Processes|Manager)(?=Test)")
"""What CPython puts before the name of a class for each way in which it runs it."""


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Subjects, with the start methods to run them under, and the tests to hold them to.

    Guarantees: immutable.
    """

    subjects: tuple[ReadySubject, ...]
    tests: tuple[str, ...]
    """`Class.method` of each test, those of one class together."""
    timeout_s: float

    def class_runs(self) -> list[ClassRun]:
        """Return the runs in order: subject by subject, start method by start method."""
        return [
            ClassRun(
                subject=subject.name,
                prepares=bool(subject.told["prepares"]),
                start_method=method,
                case=case,
                methods=tuple(name.partition(".")[2] for name in names),
                timeout_s=self.timeout_s,
            )
            for subject in self.subjects
            for method in subject.start_methods
            for case, names in groupby(self.tests, key=lambda name: name.partition(".")[0])
        ]


def select(tests: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the tests that a pattern matches: their whole name, their class or their method.

    The class may be called as in CPython's source, where `_TestPool` stands for both of
    `WithProcessesTestPool` and `WithManagerTestPool`.  The patterns are those of a shell
    (`*imap*`), as with `python -m test --match`; without any, every test is selected.
    """
    return tuple(
        name
        for name in tests
        if not patterns or any(fnmatchcase(part, p) for p in patterns for part in _names(name))
    )


def _names(test: str) -> set[str]:
    in_source = _INSTALLED_AS.sub("_", test)
    return {name for full in (test, in_source) for name in (full, *full.split("."))}


def carry_out(
    runs: Sequence[ClassRun], display: Display, record: Callable[[TestResult], None]
) -> list[TestResult]:
    """Run the classes, recording and showing each result as it comes, and return them all."""
    results: list[TestResult] = []

    def report(result: TestResult) -> None:
        record(result)
        results.append(result)
        if not result.sound:
            display.unsound(result)

    for run in runs:
        with display.class_under_way(run, results):
            run_class(run, report)
    return results
