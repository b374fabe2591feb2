"""What a worker says twice counts once.

A signal handler that a task leaves behind, or what another thread raises in this one, may come
between the sending of a result and the note that it was sent.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest

from poolproof import Pool
from poolproof._wire.channel import Body
from poolproof._wire.frames import ResultKind
from poolproof._worker.outbox import Outbox

from .ways import (
    Way,
    apply_all,
    apply_one_by_one,
    imap,
    imap_unordered,
    map_,
    map_one_by_one,
)

LARGE = 100_000  # bytes, of a result that takes a file
ITEMS = list(range(200))
_send = Outbox.send


def _say_twice() -> None:
    def send(outbox: Outbox, *result: Any, last: bool = False) -> None:
        _send(outbox, *result, last=last)
        _send(outbox, *result, last=last)

    Outbox.send = send  # type: ignore[assignment,method-assign]  # in the worker alone


def _raise_behind_the_first_values(error: type[Exception]) -> None:
    def send(
        outbox: Outbox, kind: ResultKind, first: int, count: int, body: Body, *, last: bool = False
    ) -> None:
        _send(outbox, kind, first, count, body, last=last)
        if last and count:
            Outbox.send = _send  # type: ignore[method-assign]  # as before
            raise error("a handler's")

    Outbox.send = send  # type: ignore[assignment,method-assign]  # in the worker alone


def _grow(number: int) -> bytes:
    return number.to_bytes(4) * (LARGE // 4)


WAYS = [map_, map_one_by_one, imap, imap_unordered, apply_all, apply_one_by_one]


@pytest.fixture(name="echoing")
def _echoing() -> Iterator[Pool]:
    with Pool(2, _say_twice, context=multiprocessing.get_context("fork")) as pool:
        yield pool


@pytest.mark.parametrize("way", WAYS)
def test_outcomes_that_are_sent_twice_count_once(echoing: Pool, way: Way) -> None:
    assert way(echoing, abs, ITEMS) == ITEMS
    assert way(echoing, _grow, ITEMS[:30]) == list(map(_grow, ITEMS[:30]))


def test_an_error_that_is_sent_twice_is_one_items(echoing: Pool) -> None:
    outcomes = echoing.imap(int, ["1", "2", "three", "4"])
    assert [next(outcomes), next(outcomes)] == [1, 2]
    with pytest.raises(ValueError, match="three"):
        next(outcomes)
    assert list(outcomes) == [4]


@pytest.mark.parametrize("error", [TimeoutError, ValueError])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_raised_behind_the_sending_costs_no_result(
    way: Way, error: type[Exception]
) -> None:
    """An `OSError` looks as if there had been no room for the result, which then is sent again."""
    context = multiprocessing.get_context("fork")
    with Pool(2, _raise_behind_the_first_values, (error,), context=context) as pool:
        assert way(pool, abs, ITEMS) == ITEMS
        assert way(pool, abs, ITEMS) == ITEMS
