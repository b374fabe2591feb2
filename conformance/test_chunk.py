"""CHUNK: chunks and chunk sizes."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import Event
from .harness.tracked import TrackedPool

FEW = settings(max_examples=5)
"""Examples of chunk sizes and counts: what matters is more chunks than workers, and one left."""

LISTS = ("map", "starmap", "map_async", "starmap_async")


@clause("CHUNK-01", needs=("map", "chunksize"))
@FEW
@given(chunks=st.integers(2, 8), rest=st.integers(0, 3), chunksize=st.integers(2, 6))
def test_the_items_of_a_chunk_run_in_one_worker_one_after_the_other(
    subject: BoundSubject, chunks: int, rest: int, chunksize: int
) -> None:
    """The items of one chunk run as one task: in one worker, one after the other."""
    task = subject.recorded(partial(tasks.sleep_then, 0.003))
    with subject.open(2) as pool:
        pool.map(task, range(chunks * chunksize + rest), chunksize)
    events = sorted(subject.history(), key=lambda event: int(event.item))
    for first in range(0, len(events), chunksize):
        _expect_one_task(events[first : first + chunksize])


def _expect_one_task(chunk: list[Event]) -> None:
    workers = {event.worker for event in chunk}
    expect.true(
        len(workers) == 1,
        expected=f"items {chunk[0].item} to {chunk[-1].item} to run in one worker",
        observed=f"that they ran in {len(workers)}",
    )
    for earlier, later in pairwise(chunk):
        expect.true(
            earlier.ended_s is not None and earlier.ended_s <= later.started_s,
            expected=f"item {later.item} to start after item {earlier.item} ended",
            observed="that it started before",
        )


@clause("CHUNK-02", needs=("map_async", "chunksize", "concurrent_jobs"))
@FEW
@given(chunksize=st.integers(1, 12), processes=st.integers(2, 4))
def test_a_chunk_holds_no_more_items_than_the_chunksize(
    subject: BoundSubject, chunksize: int, processes: int
) -> None:
    """An input of n chunks occupies n workers, each with the first item of a chunk."""
    items = list(range(chunksize * processes))
    with subject.open(processes) as pool, subject.gate() as gate:
        handle = pool.map_async(subject.recorded(gate.task), items, chunksize)
        subject.eventually(
            lambda: len(subject.history()) == processes, f"{processes} chunks under way"
        )
        held = {int(event.item) for event in subject.history()}
        gate.open()
        expect.equal(handle.get(), items, "the results")
    expect.equal(held, set(range(0, len(items), chunksize)), "the items that began their chunks:")


@clause("CHUNK-03", needs=("imap", "imap_unordered", "chunksize", "unordered_chunksize"))
@FEW
@given(chunksize=st.integers(max_value=0))
def test_imap_refuses_a_chunksize_below_one(subject: BoundSubject, chunksize: int) -> None:
    """A chunksize of 0 or less is a ValueError at the call of imap and imap_unordered."""
    with subject.open() as pool:
        for method in ("imap", "imap_unordered"):
            expect.raises(ValueError, getattr(pool, method), tasks.square, [1, 2], chunksize)


@clause("CHUNK-04", needs=("map", "chunksize"))
def test_a_list_of_chunks_of_no_items_is_refused(subject: BoundSubject) -> None:
    """map, starmap and their asynchronous forms raise ValueError for chunksize 0."""
    with subject.open() as pool:
        for submit in _list_calls(subject, pool):
            expect.raises(ValueError, submit, chunksize=0)


@clause("CHUNK-05", needs=("map", "chunksize"))
@FEW
@given(chunksize=st.integers(max_value=-1))
def test_a_negative_chunksize_is_refused(subject: BoundSubject, chunksize: int) -> None:
    """map, starmap and their asynchronous forms raise ValueError for a negative chunksize."""
    with subject.open() as pool:
        for submit in _list_calls(subject, pool):
            expect.raises(ValueError, submit, chunksize=chunksize)


@clause("CHUNK-06", needs=("map", "chunksize"))
@FEW
@given(chunksize=st.floats(0.25, 99, allow_nan=False))
def test_a_chunksize_that_is_a_float_is_refused(subject: BoundSubject, chunksize: float) -> None:
    """map, starmap and their asynchronous forms raise TypeError for a float."""
    with subject.open() as pool:
        for submit in _list_calls(subject, pool):
            expect.raises(TypeError, submit, chunksize=chunksize)


def _list_calls(subject: BoundSubject, pool: TrackedPool) -> list[Callable[..., Any]]:
    """Return the methods that map a list, ready but for their chunksize."""
    declared = [method for method in LISTS if subject.capabilities.has(method)]
    return [
        partial(getattr(pool, method), tasks.arguments, [(1, 2), (3, 4)]) for method in declared
    ]


@clause("CHUNK-07", needs=("map", "close", "join", "chunksize"))
@FEW
@given(chunksize=st.text(max_size=2) | st.binary(max_size=2) | st.lists(st.integers(), max_size=2))
def test_a_refused_call_leaves_a_pool_that_can_be_joined(
    subject: BoundSubject, chunksize: Any
) -> None:
    """After a call that was refused for its chunksize, close() and join() return."""
    with subject.open() as pool:
        expect.raises((TypeError, ValueError), pool.map, tasks.square, [1, 2], chunksize)
        pool.close()
        pool.join()


@clause("CHUNK-08", needs=("map_async", "concurrent_jobs"))
def test_without_a_chunksize_there_are_four_chunks_a_worker(subject: BoundSubject) -> str:
    """Without a chunksize, a chunk is a quarter of a worker's share, rounded up."""
    with subject.open(2) as pool, subject.gate() as gate:
        pool.map_async(subject.recorded(gate.task), range(79))
        subject.eventually(lambda: len(subject.history()) == 2, "two chunks under way")
        held = sorted(int(event.item) for event in subject.history())
        gate.open()
    expect.equal(held, [0, 10], "the items that began the first two chunks of 79:")
    return f"chunks of {held[1]} items"


@clause("CHUNK-09", needs=("map", "chunksize"))
@FEW
@given(chunksize=st.integers(-3, 3))
def test_over_nothing_any_chunksize_will_do(subject: BoundSubject, chunksize: int) -> None:
    """map(f, [], chunksize) returns an empty list, whatever the chunksize."""
    with subject.open(1) as pool:
        expect.equal(pool.map(tasks.square, [], chunksize), [], "the results")
