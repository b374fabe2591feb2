"""imap's jobs: the order of outcomes, and a window over the input."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .jobs import deliver_echo, imap_job, take_all


@given(total=st.integers(1, 40), ordered=st.booleans(), data=st.data())
def test_imap_shows_results_in_order_and_unordered_as_they_come(
    total: int, ordered: bool, data: st.DataObject
) -> None:
    job, iterator, _ = imap_job(range(total), ordered=ordered)
    spans = data.draw(st.permutations(take_all(job, 3)))
    for span in spans:
        deliver_echo(job, span)
    assert job.finished()
    job.conclude()
    came = [task for span in spans for task in span.tasks]
    assert list(iterator) == (list(range(total)) if ordered else came)


@given(
    buffersize=st.integers(1, 20),
    chunksize=st.integers(1, 4),
    limit=st.integers(1, 30),
    reads=st.lists(st.integers(0, 5), max_size=30),
)
def test_imap_draws_no_more_than_the_window_ahead(
    buffersize: int, chunksize: int, limit: int, reads: list[int]
) -> None:
    total = 100 * chunksize
    job, iterator, _ = imap_job(range(total), chunksize=chunksize, buffersize=buffersize)
    drawn = read = 0
    for count in [0, *reads]:
        for _ in range(min(count, iterator.unread)):
            iterator.next(0)
            read += 1
        for span in take_all(job, limit):
            drawn += len(span.tasks)
            assert drawn * chunksize - read <= (buffersize + 1) * chunksize - 1
            deliver_echo(job, span)


def test_a_consumer_that_catches_up_wakes_the_job() -> None:
    job, iterator, owner = imap_job(range(100), buffersize=4)
    for span in take_all(job):
        deliver_echo(job, span)
    assert job.take(1) is None
    assert owner.wakes == 0
    for _ in range(4):
        iterator.next(0)
    assert owner.wakes == 1
    assert job.take(9) is not None


def test_the_window_closes_where_results_turn_out_to_be_large() -> None:
    """Nobody takes them, and they fill the memory."""
    job, iterator, _ = imap_job(range(1_000_000))
    job.sizer.weigh(1, 1 << 10)
    for span in take_all(job, 5000):
        deliver_echo(job, span)
    assert iterator.unread == 2 << 14, "1 KiB each, 16 MiB for each of two workers"
    job.sizer.weigh(1, 200_000)
    for _ in range((2 << 14) - 100):
        iterator.next(0)
    ahead = 100 + sum(len(span.tasks) for span in take_all(job, 1))
    assert ahead * 200_000 < 34 << 20, "bytes: 16 MiB for each of two workers, and the last one"


def test_a_lifted_window_reads_the_input_to_its_end() -> None:
    job, _iterator, _ = imap_job(range(100), buffersize=2)
    assert sum(len(span.tasks) for span in take_all(job)) == 2
    job.lift_window()
    assert sum(len(span.tasks) for span in take_all(job)) == 98


def test_a_bounded_input_is_read_no_further_once_the_pool_closes() -> None:
    job, _iterator, _ = imap_job(range(100), buffersize=2)
    for span in take_all(job):
        deliver_echo(job, span)
    assert not job.finished()
    job.stop_drawing()
    assert job.finished()


def test_an_unbounded_input_is_read_on_when_the_pool_closes() -> None:
    job, _iterator, _ = imap_job(range(100))
    job.stop_drawing()
    assert job.left() == 100


def test_a_dropped_iterator_wakes_the_job_which_runs_to_the_end() -> None:
    job, iterator, owner = imap_job(range(100), buffersize=2)
    out = take_all(job)
    del iterator
    gc.collect()
    assert owner.wakes == 1
    delivered = 0
    while not job.finished():
        assert not take_all(job), "it is read further ahead than before"
        for span in out:
            job.deliver(span.start, span.tasks)
            delivered += len(span.tasks)
        out = take_all(job)
        assert sum(len(span.tasks) for span in out) <= 2
    assert delivered == 100
    job.conclude()


@pytest.mark.parametrize("error", [StopIteration(3), ValueError(3)])
def test_an_error_of_imap_is_raised_in_its_place_and_no_silent_end(error: Exception) -> None:
    job, iterator, _ = imap_job(range(3))
    take_all(job)
    job.deliver(0, [0])
    job.fail(1, error)
    job.deliver(2, [2])
    job.conclude()
    assert iterator.next(0) == 0
    with pytest.raises((RuntimeError, ValueError)) as caught:
        iterator.next(0)
    assert error in (caught.value, caught.value.__cause__)
    assert list(iterator) == [2]
