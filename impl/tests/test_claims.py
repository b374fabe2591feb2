"""The claim slot: a worker's words, read by the parent through a map of its own."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolproof._wire import claims
from poolproof._wire.claims import (
    FIRST,
    LOG_ITEMS,
    LOG_SIZE,
    OVER,
    PHASE,
    STARTED,
    Claim,
    Phase,
    Slot,
    split_log,
)

from .counting import nothing_left


class Pair:
    """One slot, mapped twice, as by a worker and by the parent."""

    def __init__(self) -> None:
        fd = claims.create()
        self.worker, self.parent = Slot(fd), Slot(fd)
        os.close(fd)

    def log(self, outcomes: Sequence[bytes], first: int = 0) -> None:
        """Log outcomes as a worker does."""
        slot, end = self.worker, 0
        slot.fields[FIRST] = first
        for count, outcome in enumerate(outcomes):
            slot.log[end : end + len(outcome)] = outcome
            end += len(outcome)
            slot.ends[count] = end
        slot.fields[OVER] = first + len(outcomes)

    def close(self) -> None:
        """Unmap both."""
        self.worker.close()
        self.parent.close()


@pytest.fixture(name="pair")
def _pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


def test_a_fresh_slot_claims_nothing(pair: Pair) -> None:
    assert pair.parent.read() == Claim(0, 0, 0, 0, Phase.IDLE)


def test_a_frame_that_is_begun_has_nothing_of_the_last_one(pair: Pair) -> None:
    pair.log([b"old"])
    pair.worker.fields[STARTED] = 7
    pair.worker.fields[PHASE] = Phase.RUNNING
    pair.worker.begin(9)
    claim = pair.parent.read()
    assert claim == Claim(9, 0, 0, 0, Phase.LOADING)
    assert pair.parent.outcomes(claim) == []


def test_progress_is_seen_through_the_other_map(pair: Pair) -> None:
    pair.worker.begin(3)
    pair.worker.fields[PHASE] = Phase.RUNNING
    pair.worker.fields[STARTED] = 5
    pair.worker.fields[OVER] = 4
    pair.worker.fields[FIRST] = 2
    assert pair.parent.read() == Claim(seq=3, started=5, over=4, first=2, phase=Phase.RUNNING)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes=st.lists(st.binary(max_size=200), max_size=50), first=st.integers(0, 10**6))
def test_the_log_is_read_back_outcome_by_outcome(
    pair: Pair, outcomes: list[bytes], first: int
) -> None:
    pair.log(outcomes, first)
    assert [bytes(part) for part in pair.parent.outcomes(pair.parent.read())] == outcomes


def test_a_log_can_be_filled_to_its_last_outcome(pair: Pair) -> None:
    outcomes = [pickle.dumps(number) for number in range(LOG_ITEMS)]
    pair.log(outcomes)
    assert [bytes(part) for part in pair.parent.outcomes(pair.parent.read())] == outcomes


def test_a_log_can_be_filled_to_its_last_byte(pair: Pair) -> None:
    pair.log([bytes(LOG_SIZE - 1), b"x"])
    assert [len(part) for part in pair.parent.outcomes(pair.parent.read())] == [LOG_SIZE - 1, 1]


def test_an_outcome_that_was_not_declared_over_is_not_read(pair: Pair) -> None:
    pair.log([b"whole", b"torn"])
    pair.worker.fields[OVER] = 1
    assert [bytes(part) for part in pair.parent.outcomes(pair.parent.read())] == [b"whole"]


def test_outcomes_that_were_sent_are_not_read_again(pair: Pair) -> None:
    pair.log([b"sent"])
    pair.worker.fields[FIRST] = 1
    assert pair.parent.outcomes(pair.parent.read()) == []


def test_an_outcome_alone_may_be_larger_than_its_end_can_tell() -> None:
    assert split_log(memoryview(bytes(4) + b"large"), 1) == [b"large"]


def test_a_closed_slot_leaves_no_descriptor() -> None:
    with nothing_left():
        Pair().close()
