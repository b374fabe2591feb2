"""What a property comes to by the verdicts of its examples."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..harness.attempt import Attempt
from ..harness.explore import PROFILE, explore
from ..harness.request import Request
from ..harness.verdicts import Verdict

SMALL = st.integers(0, 3)


@pytest.mark.parametrize(
    ("again", "verdict", "message"),
    [
        (Verdict.FAIL, Verdict.FAIL, "came to FAIL"),
        (Verdict.PASS, Verdict.FLAKY, "failed once (FAIL), then passed: came to FAIL"),
        (
            Verdict.LEAK,
            Verdict.FLAKY,
            "failed once (FAIL), then in another way (LEAK: came to LEAK): came to FAIL",
        ),
    ],
)
def test_a_failure_is_run_again(again: Verdict, verdict: Verdict, message: str) -> None:
    """The message says what the second attempt at the same example came to."""

    def verdicts() -> Iterator[Verdict]:
        yield Verdict.FAIL
        while True:
            yield again

    came_to = verdicts()

    def attempt(_arguments: dict[str, Any], _deadline_s: float) -> Attempt:
        now = next(came_to)
        return Attempt(now, message=f"came to {now}")

    seen = explore(_property(SMALL), attempt, _request())
    assert (seen.verdict, seen.message) == (verdict, message)
    assert seen.example == "number=0"


@pytest.mark.parametrize(("deadline_s", "cut_short"), [(10.0, False), (0.0, True)])
def test_what_passes_says_whether_there_was_time_for_all_of_it(
    deadline_s: float, cut_short: bool
) -> None:
    """One example is always run, and no new one after the deadline."""

    def attempt(_arguments: dict[str, Any], _deadline_s: float) -> Attempt:
        return Attempt(Verdict.PASS)

    seen = explore(
        _property(SMALL), attempt, dataclasses.replace(_request(), deadline_s=deadline_s)
    )
    assert (seen.verdict, seen.cut_short) == (Verdict.PASS, cut_short)
    assert seen.examples == (1 if cut_short else 4)


def test_the_smallest_failing_example_is_told() -> None:
    """Whatever else fails, and without running much more than it takes to find it."""
    numbers: list[int] = []

    def attempt(arguments: dict[str, Any], _deadline_s: float) -> Attempt:
        numbers.append(arguments["number"])
        return Attempt(Verdict.FAIL)

    asked = dataclasses.replace(_request(), shrink=True, max_examples=100)
    seen = explore(_property(st.integers(max_value=0)), attempt, asked)
    assert (seen.verdict, seen.example) == (Verdict.FAIL, "number=0")
    assert len(numbers) < 10, "a body each"


@pytest.mark.parametrize("verdict", [Verdict.UNSUPPORTED, Verdict.BLOCKED, Verdict.ERROR])
def test_what_no_example_changes_is_asked_once(verdict: Verdict) -> None:
    """What a pool has not, and what the suite cannot do, needs no smaller example."""
    ran = 0

    def attempt(_arguments: dict[str, Any], _deadline_s: float) -> Attempt:
        nonlocal ran
        ran += 1
        return Attempt(verdict, message="is not to be had")

    seen = explore(_property(SMALL), attempt, dataclasses.replace(_request(), shrink=True))
    assert (seen.verdict, seen.message, ran) == (verdict, "is not to be had", 1)


def _property(numbers: st.SearchStrategy[int]) -> Any:
    @settings(settings.get_profile(PROFILE))
    @given(number=numbers)
    def holds(subject: object, number: int) -> None:
        raise NotImplementedError  # the exploration runs something else

    return holds


def _request() -> Request:
    return Request(
        module="",
        function="holds",
        clause="MAP-01",
        subject="",
        start_method="fork",
        deadline_s=10.0,
        folder="",
        max_examples=5,
        memory_mib=1,
        shrink=False,
    )
