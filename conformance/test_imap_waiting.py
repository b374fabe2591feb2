"""IMAP: when results come, timeouts, and who iterates the input."""

import itertools
import threading
from collections.abc import Iterator
from functools import partial

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject

METHODS = ("imap", "imap_unordered")
SHORT_S = 0.01
"""A timeout that has to pass."""
ROUND_TRIPS = 20
"""Jobs that come and go while something is expected not to happen."""


@clause("IMAP-08", needs=(*METHODS, "next_timeout"))
def test_next_raises_when_its_timeout_passes(subject: BoundSubject) -> None:
    """With chunksize 1, next(timeout) raises TimeoutError when no result comes in time."""
    with subject.open() as pool, subject.gate() as gate:
        iterators = [getattr(pool, method)(gate.task, range(2)) for method in METHODS]
        for iterator, timeout in itertools.product(iterators, (0, SHORT_S)):
            expect.raises(subject.error("TimeoutError"), iterator.next, timeout)
        gate.open()
        for iterator in iterators:
            expect.equal(expect.ordered(iterator), [0, 1], "the results after the timeouts")


@clause("IMAP-09", needs=(*METHODS, "next_timeout"))
def test_a_result_outlives_a_timeout(subject: BoundSubject) -> None:
    """What next(timeout) did not wait for is returned by a later next()."""
    for method in METHODS:
        with subject.open() as pool, subject.gate() as gate:
            iterator = getattr(pool, method)(gate.task, range(4))
            for _ in range(3):
                expect.raises(subject.error("TimeoutError"), iterator.next, SHORT_S)
            gate.open()
            expect.equal(expect.ordered(iterator), [0, 1, 2, 3], f"the results of {method}")


@clause("IMAP-17", needs=("imap", "apply", "imap_lazy", "concurrent_jobs"))
def test_a_slow_input_holds_up_nobody_else(subject: BoundSubject) -> None:
    """A job is done while the iterable of another job takes its time to yield."""
    released = subject.event()
    try:
        with subject.open() as pool:
            slow = pool.imap(tasks.square, _slow(subject, released))
            expect.equal(next(slow), 1, "the first result")
            expect.equal(pool.apply(tasks.square, (3,)), 9, "the result of apply")
            released.set()
            expect.equal(list(slow), [4], "the results of the slow job")
    finally:
        released.set()


def _slow(subject: BoundSubject, released: threading.Event) -> Iterator[int]:
    yield 1
    released.wait(subject.longest_s)
    yield 2


@clause("IMAP-18", needs=("imap_unordered",))
def test_a_result_passes_those_of_earlier_items(subject: BoundSubject) -> None:
    """With chunksize 1, imap_unordered() yields a result before those of earlier items."""
    with subject.open() as pool, subject.gate() as gate:
        held = partial(tasks.fail_at, 0, gate.task)
        iterator = pool.imap_unordered(held, range(4))
        expect.true(next(iterator) != 0, expected="not item 0 first, it is held", observed="it is")
        gate.open()
        expect.equal(len(list(iterator)), 3, "the number of other results")


@clause("IMAP-19", needs=("imap_unordered", "apply", "unordered_chunksize", "concurrent_jobs"))
def test_a_result_waits_for_its_chunk(subject: BoundSubject) -> None:
    """With a larger chunksize, imap_unordered() holds a result back until its chunk is done."""
    arrived: list[int] = []
    with subject.open() as pool, subject.gate() as gate:
        held = subject.recorded(partial(tasks.fail_at, 0, gate.task))
        iterator = pool.imap_unordered(held, [1, 0], 2)
        consumer = threading.Thread(target=lambda: arrived.extend(iterator))
        consumer.start()
        subject.eventually(lambda: _is_held(subject), "item 1 to be done and item 0 to be held")
        for _ in range(ROUND_TRIPS):
            pool.apply(tasks.noop)
        early = list(arrived)
        gate.open()
        with subject.phase("iterate"):
            consumer.join()
    expect.equal(expect.ordered(arrived), [0, 1], "the results")
    expect.equal(early, [], "the results while the chunk was not done")


def _is_held(subject: BoundSubject) -> bool:
    seen = sorted((event.item, event.ended) for event in subject.history())
    return seen == [("0", "lost"), ("1", "done")]


@clause("IMAP-20", needs=(*METHODS, "chunksize"))
def test_a_larger_chunksize_gives_a_plain_generator(subject: BoundSubject) -> str:
    """With a larger chunksize the iterators have no next(timeout)."""
    kinds = []
    with subject.open() as pool:
        for method in METHODS:
            iterator = getattr(pool, method)(tasks.square, range(4), 2)
            kinds.append(type(iterator.raw).__name__)
            expect.true(
                not hasattr(iterator.raw, "next"),
                expected=f"an iterator without next(timeout) from {method}",
                observed=f"{kinds[-1]}, which has it",
            )
            expect.equal(expect.ordered(iterator), [0, 1, 4, 9], f"the results of {method}")
    return ", ".join(kinds)


@clause("IMAP-21", needs=METHODS)
def test_another_thread_iterates_the_input(subject: BoundSubject) -> None:
    """The iterable is iterated in another thread than the one that called."""
    threads: set[int] = set()
    with subject.open() as pool:
        for method in METHODS:
            list(getattr(pool, method)(tasks.square, _watched(threads)))
    expect.true(
        threading.get_ident() not in threads,
        expected="the input to be iterated in another thread",
        observed="the thread that called",
    )


def _watched(threads: set[int]) -> Iterator[int]:
    """Note which threads iterate."""
    for item in range(4):
        threads.add(threading.get_ident())
        yield item
