"""IMAP: what imap and imap_unordered yield."""

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from . import payloads, tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import ITEMS, PROCESSES

METHODS = ("imap", "imap_unordered")
FILLED = 60
"""Items that an input makes of one buffer."""
SIZES = (8, 100_000)
"""Bytes: some pools send large buffers in another way."""
FREE = 200
"""Items an endless input gives at once; it takes its time over each that follows."""


@clause("IMAP-01", needs=("imap",))
@settings(max_examples=12)
@given(items=ITEMS, processes=PROCESSES)
def test_imap_yields_the_results_in_the_order_of_the_items(
    subject: BoundSubject, items: list[int], processes: int
) -> None:
    """imap() yields one result an item, in the order of the items."""
    outcome = subject.agrees_with_stdlib(
        lambda pool: list(pool.imap(tasks.square, items)), processes=processes
    )
    expect.equal(outcome.unwrap(), [n * n for n in items], "the results of imap")


@clause("IMAP-02", needs=("imap_unordered",))
@settings(max_examples=12)
@given(items=ITEMS, processes=PROCESSES)
def test_imap_unordered_yields_each_result_once(
    subject: BoundSubject, items: list[int], processes: int
) -> None:
    """imap_unordered() yields the result of each item exactly once, in whatever order."""
    outcome = subject.agrees_with_stdlib(
        lambda pool: sorted(pool.imap_unordered(tasks.square, items)), processes=processes
    )
    expect.equal(outcome.unwrap(), sorted(n * n for n in items), "the results, sorted,")


@clause("IMAP-03", needs=(*METHODS, "chunksize", "unordered_chunksize"))
@settings(max_examples=12)
@given(items=ITEMS, chunksize=st.integers(1, 50), processes=PROCESSES)
def test_the_chunksize_changes_no_result(
    subject: BoundSubject, items: list[int], chunksize: int, processes: int
) -> None:
    """imap() and imap_unordered() yield the same results for every positive chunksize."""
    squares = [n * n for n in items]
    with subject.open(processes) as pool:
        ordered = list(pool.imap(tasks.square, items, chunksize))
        unordered = expect.ordered(pool.imap_unordered(tasks.square, items, chunksize))
    expect.equal(ordered, squares, "the results of imap")
    expect.equal(unordered, sorted(squares), "the results of imap_unordered, sorted,")


@clause("IMAP-04", needs=(*METHODS, "imap_lazy"))
def test_the_iterator_comes_before_any_task_or_the_end_of_the_input(
    subject: BoundSubject,
) -> None:
    """imap() and imap_unordered() return while the tasks wait and the input has not ended."""
    for method in METHODS:
        returned = subject.event()
        with subject.open() as pool, subject.gate() as gate:
            iterator = getattr(pool, method)(gate.task, _blocked_after_one(subject, returned))
            returned.set()
            gate.open()
            expect.equal(expect.ordered(iterator), [1, 2], "the results")


def _blocked_after_one(subject: BoundSubject, released: threading.Event) -> Iterator[int]:
    yield 1
    released.wait(subject.longest_s)
    yield 2


@clause("IMAP-05", needs=(*METHODS, "imap_lazy"))
@settings(max_examples=4)
@given(wanted=st.integers(1, 40), processes=PROCESSES)
def test_an_endless_input_yields_results(
    subject: BoundSubject, wanted: int, processes: int
) -> None:
    """imap() and imap_unordered() yield results of an input that never ends."""
    with subject.open(processes) as pool:
        for method in METHODS:
            enough = subject.event()
            iterator = getattr(pool, method)(tasks.identity, _endless(enough))
            seen = list(itertools.islice(iterator, wanted))
            enough.set()
            deque(iterator, maxlen=0)  # a pool at work is not what terminate() is tried on here
            expect.equal(len(set(seen)), wanted, "the number of different results")
            if method == "imap":
                expect.equal(seen, list(range(wanted)), "the results of imap")


def _endless(enough: threading.Event) -> Iterator[int]:
    """Count for as long as the consumer wants results.

    Slowly behind `FREE` items, so that who reads it all fills no memory.
    """
    for number in itertools.count():
        if enough.wait(0.001 if number >= FREE else 0):
            return
        yield number


@clause("IMAP-06", needs=METHODS)
def test_the_iterator_ends_each_time_it_is_asked(subject: BoundSubject) -> None:
    """The iterator raises StopIteration after the last result, however often it is asked."""
    with subject.open() as pool:
        for method in METHODS:
            iterator = getattr(pool, method)(tasks.square, range(3))
            expect.equal(expect.ordered(iterator), [0, 1, 4], f"the results of {method}")
            for _ in range(3):
                expect.raises(StopIteration, partial(next, iterator))


@clause("IMAP-07", needs=METHODS)
def test_an_empty_input_yields_nothing(subject: BoundSubject) -> None:
    """imap() and imap_unordered() of an empty iterable yield nothing and end."""
    with subject.open() as pool:
        for method, empty in itertools.product(METHODS, _empty_inputs()):
            results = list(getattr(pool, method)(tasks.square, empty))
            expect.equal(results, [], f"the results of {method} over {empty!r}")


def _empty_inputs() -> tuple[Iterable[int], ...]:
    return [], (), range(0), set[int](), iter(())


@clause("IMAP-15", needs=("imap_unordered", "one_worker"))
@settings(max_examples=8)
@given(items=st.lists(st.integers(-100, 100), min_size=2, max_size=40))
def test_one_worker_keeps_the_order(subject: BoundSubject, items: list[int]) -> None:
    """With one worker, imap_unordered() yields the results in the order of the items."""
    with subject.open(1) as pool:
        results = list(pool.imap_unordered(tasks.square, items))
    expect.equal(results, [n * n for n in items], "the results of imap_unordered")


@clause("IMAP-22", needs=METHODS)
def test_an_item_is_sent_as_it_was_when_the_input_yielded_it(subject: BoundSubject) -> None:
    """An input that fills one buffer again and again gives each item the content of its own."""
    for method, size in itertools.product(METHODS, SIZES):
        with subject.open() as pool:
            results = getattr(pool, method)(payloads.first_byte, _filled_anew(size))
            seen = expect.ordered(results)
        expect.equal(seen, list(range(FILLED)), f"what {method} sent of a buffer of {size} bytes")


def _filled_anew(size: int) -> Iterator[payloads.Array]:
    frame = payloads.Array(size)
    frame.data = bytearray(size)
    for number in range(FILLED):
        frame.data[0] = number
        yield frame
