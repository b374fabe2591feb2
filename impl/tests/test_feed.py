"""Where imap's tasks come from: never further than allowed, whatever the input does."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolproof._front.feed import (
    AHEAD_BYTES,
    Feed,
    SequenceFeed,
    ThreadFeed,
    feed_for,
    in_chunks,
    snapshot,
)
from poolproof._front.packing import Packer

from .counting import nothing_left
from .patience import WAIT_S, await_

LARGE = 1 << 20  # bytes, of an item


def _as_it_is(task: object) -> object:
    """Stand for a snapshot."""
    return task


class Listener:
    """Stands for the dispatcher: counts nudges, and can wait for one more task or the end."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.nudges = 0
        self.wakes = 0

    def nudge(self) -> None:
        with self._changed:
            self.nudges += 1
            self._changed.notify_all()

    def wake(self) -> None:
        with self._changed:
            self.wakes += 1
            self._changed.notify_all()

    def await_tasks(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.nudges >= count, WAIT_S)

    def await_end(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.wakes > 0, WAIT_S)


def _thread_feed(iterable: Iterable[Any], chunksize: int = 1) -> tuple[ThreadFeed, Listener]:
    listener = Listener()
    feed = ThreadFeed(iterable, chunksize, _as_it_is, listener.nudge, listener.wake)
    feed.start()
    return feed, listener


def _end(feed: ThreadFeed) -> None:
    feed.stop()
    feed._thread.join(WAIT_S)
    assert not feed._thread.is_alive()


def _chunks(items: Sequence[Any], chunksize: int) -> list[Any]:
    if chunksize == 1:
        return list(items)
    return [items[i : i + chunksize] for i in range(0, len(items), chunksize)]


@given(
    total=st.integers(0, 60),
    chunksize=st.integers(1, 9),
    steps=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 7)), max_size=20),
)
def test_a_sequence_is_cut_into_tasks_as_far_as_allowed(
    total: int, chunksize: int, steps: list[tuple[int, int]]
) -> None:
    feed = SequenceFeed(range(total), chunksize)
    expected = _chunks(range(total), chunksize)
    taken: list[Any] = []
    for ahead, limit in [*steps, (60, 60)]:
        allowed = len(taken) + ahead
        feed.allow(allowed)
        assert feed.ready() == (len(taken) < min(allowed, len(expected)))
        taken += feed.take(limit)
        assert len(taken) <= allowed
        assert feed.left() == len(expected) - len(taken)
    assert taken == expected
    assert feed.ended()


def test_a_sequence_that_is_stopped_has_ended() -> None:
    feed = SequenceFeed(range(10), 1)
    feed.allow(5)
    feed.take(2)
    feed.stop()
    assert feed.ended()
    assert list(feed.take(5)) == []
    assert feed.left() == 0


@given(
    total=st.integers(0, 60),
    start=st.integers(0, 10),
    count=st.integers(0, 10),
    chunksize=st.integers(1, 7),
)
def test_chunks_in_the_middle_are_those_of_the_whole(
    total: int, start: int, count: int, chunksize: int
) -> None:
    tasks = -(-total // chunksize)
    count = max(0, min(count, tasks - start))
    expected = _chunks(range(total), chunksize)[start : start + count]
    assert list(in_chunks(range(total), start, count, chunksize)) == expected


@settings(max_examples=50, deadline=None)
@given(total=st.integers(0, 40), chunksize=st.integers(1, 5), step=st.integers(1, 9))
def test_a_thread_draws_every_task_and_never_beyond_what_is_allowed(
    total: int, chunksize: int, step: int
) -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(total):
            drawn.append(number)
            yield number

    feed, listener = _thread_feed(items(), chunksize)
    expected = [
        task if chunksize == 1 else tuple(task) for task in _chunks(range(total), chunksize)
    ]
    taken: list[Any] = []
    allowed = 0
    while len(taken) < len(expected):
        allowed += step
        feed.allow(allowed)
        listener.await_tasks(min(allowed, len(expected)))
        assert len(drawn) <= allowed * chunksize
        taken += feed.take(step)
    feed.allow(allowed + 1)
    listener.await_end()
    assert feed.ended()
    assert taken == expected
    assert feed.error is None
    _end(feed)


def test_nothing_is_drawn_before_it_is_allowed() -> None:
    begun = threading.Event()

    def items() -> Iterator[int]:
        begun.set()
        yield 1

    feed, listener = _thread_feed(items())
    assert not begun.wait(0.05)
    feed.allow(1)
    listener.await_tasks(1)
    _end(feed)


def test_an_allowance_is_not_taken_away_again() -> None:
    feed, listener = _thread_feed(iter(range(10)))
    feed.allow(3)
    feed.allow(1)
    listener.await_tasks(3)
    assert list(feed.take(9)) == [0, 1, 2]
    _end(feed)


def test_an_endless_input_can_be_stopped() -> None:
    feed, listener = _thread_feed(iter(int, 1))
    feed.allow(5)
    listener.await_tasks(5)
    feed.stop()
    listener.await_end()
    assert not feed.ended(), "tasks that were drawn must still be taken"
    feed.take(5)
    assert feed.ended()
    _end(feed)


@pytest.mark.parametrize("error", [ValueError("midway"), SystemExit(3), KeyboardInterrupt()])
def test_an_input_that_raises_ends_with_its_error_behind_its_tasks(error: BaseException) -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise error

    feed, listener = _thread_feed(items())
    feed.allow(10)
    listener.await_end()
    assert list(feed.take(10)) == [1, 2]
    assert feed.ended()
    assert feed.error is error
    _end(feed)


def test_an_object_that_is_not_iterable_is_the_jobs_error() -> None:
    feed, listener = _thread_feed(42)  # type: ignore[arg-type]
    feed.allow(1)
    listener.await_end()
    assert isinstance(feed.error, TypeError)
    _end(feed)


def test_a_feed_leaves_no_thread() -> None:
    with nothing_left():
        for chunksize in (1, 3):
            feed, _ = _thread_feed(iter(int, 1), chunksize)
            feed.allow(4)
            _end(feed)


def _feed_for(iterable: Iterable[Any]) -> Feed:
    return feed_for(iterable, 1, _as_it_is, Listener().nudge, Listener().wake)


class Listlike(list[int]):
    """Runs user code when it is sliced."""


@pytest.mark.parametrize("items", [[1, 2], (1, 2), range(2)])
def test_plain_sequences_need_no_thread(items: Sequence[int]) -> None:
    assert isinstance(_feed_for(items), SequenceFeed)


@pytest.mark.parametrize("items", [iter([1]), {1}, "text", Listlike([1])])
def test_whatever_may_run_user_code_gets_a_thread(items: Iterable[Any]) -> None:
    assert isinstance(_feed_for(items), ThreadFeed)


def test_a_list_may_change_after_it_was_taken() -> None:
    items = [1, 2]
    taken = snapshot(items)
    items.clear()
    assert list(taken) == [1, 2]
    assert snapshot(range(3)) == range(3)


def test_what_is_read_ahead_of_large_items_is_bounded_by_their_size() -> None:
    """Whatever number of them is allowed: the standard library's pipe does not take them either."""
    drawn = 0

    def items() -> Iterator[bytes]:
        nonlocal drawn
        for number in range(200):
            drawn += 1
            yield bytes([number]) * LARGE

    least = AHEAD_BYTES // LARGE
    listener = Listener()
    packer = Packer(len, 1)
    feed = feed_for(items(), 1, packer.snapshot, listener.nudge, listener.wake)
    feed.allow(201)  # one more than there are, to find the end
    feed.start()
    taken = 0

    def is_as_far_as_it_may() -> bool:
        return drawn >= min(200, taken + least)

    while taken < 200:
        await_(is_as_far_as_it_may, "the feed's reading")
        assert drawn <= taken + least + 1
        taken += len(feed.take(3))
    await_(feed.ended, "its end")
