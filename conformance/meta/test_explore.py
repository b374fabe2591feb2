"""What becomes of a property whose failing example does not fail again."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..harness.attempt import Attempt
from ..harness.explore import explore
from ..harness.request import Request
from ..harness.verdicts import Verdict


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

    seen = explore(_property(), attempt, _request())
    assert (seen.verdict, seen.message) == (verdict, message)
    assert seen.example == "number=0"


@pytest.mark.parametrize(("deadline_s", "cut_short"), [(10.0, False), (0.0, True)])
def test_what_passes_says_whether_there_was_time_for_all_of_it(
    deadline_s: float, cut_short: bool
) -> None:
    """One example is always run, and no new one after the deadline."""

    def attempt(_arguments: dict[str, Any], _deadline_s: float) -> Attempt:
        return Attempt(Verdict.PASS)

    seen = explore(_property(), attempt, dataclasses.replace(_request(), deadline_s=deadline_s))
    assert (seen.verdict, seen.cut_short) == (Verdict.PASS, cut_short)
    assert seen.examples == (1 if cut_short else 4)


def _property() -> Any:
    @given(number=st.integers(0, 3))
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
