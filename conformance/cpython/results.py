"""The result of one test, and how results add up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Result = Literal["pass", "fail", "error", "skip", "hang", "crash"]

RESULTS: Final[tuple[Result, ...]] = ("pass", "skip", "fail", "error", "hang", "crash")
"""In the order of the summary: what is as it should be, then what is not, worst last."""


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """What became of one test of CPython's, for one subject under one start method.

    Guarantees: immutable.
    """

    __test__ = False  # for pytest: a value, not a class of tests

    subject: str
    """`MODULE:ATTR`."""
    start_method: str
    """`fork`, `spawn`, `forkserver`, or the engine's own word for the one way it starts workers."""
    test: str
    """`Class.method`; `Class (tearDownClass)` and the like for what fails outside any test."""
    result: Result
    """`fail` is an assertion of the test, `error` any other exception, `hang` a missed deadline,
    `crash` an interpreter that ended in the middle."""
    duration_s: float
    """Seconds."""
    message: str | None
    """The traceback, the reason of a skip, or the stacks of a hang; None for a pass."""

    @property
    def sound(self) -> bool:
        """Say if the result speaks for the subject, or at least not against it."""
        return self.result in ("pass", "skip")

    @property
    def is_test(self) -> bool:
        """Say if this is a test, and not what failed outside of any: a tear-down, an exit."""
        return not self.test.endswith(")")


def ran(results: Iterable[TestResult]) -> int:
    """Return how many of the results are of tests."""
    return sum(result.is_test for result in results)


def count(results: Iterable[TestResult]) -> dict[Result, int]:
    """Return how often each result occurs, all of them named, in the order of `RESULTS`."""
    counter = Counter(result.result for result in results)
    return {name: counter[name] for name in RESULTS}
