"""IMAP: items that fail, and inputs that raise."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Error, Outcome, Value, capture, each
from .harness.strategies import ERRORS, ITEMS

METHODS = ("imap", "imap_unordered")
DISTINCT = st.lists(st.integers(-100, 100), max_size=20, unique=True)
"""Items whose outcomes can be told from each other."""


def _raising(items: Iterable[Any], error: Exception) -> Iterator[Any]:
    """Give the items, then raise."""
    yield from items
    raise error


def _error(error: Exception) -> Error:
    return Error(type(error).__name__, error.args)


def _even_or_error(item: int) -> Outcome:
    """Return what `tasks.even_or_raise` comes to, in a form that can be counted."""
    return Error("ValueError", (item,)) if item % 2 else Value(item)


@clause("IMAP-10", needs=(*METHODS, "imap_after_error"))
@settings(max_examples=12)
@given(items=st.lists(st.integers(-100, 100), min_size=1, max_size=20))
def test_an_item_that_fails_raises_at_its_place(subject: BoundSubject, items: list[int]) -> None:
    """With chunksize 1 a failing item raises at its place, and the iterator goes on behind it."""
    expected = [_even_or_error(item) for item in items]
    most = len(items) + 1
    with subject.open() as pool:
        ordered = each(pool.imap(tasks.even_or_raise, items), most)
        unordered = each(pool.imap_unordered(tasks.even_or_raise, items), most)
    expect.equal(ordered, expected, "the outcomes of imap")
    expect.equal(Counter(unordered), Counter(expected), "the outcomes of imap_unordered")


@clause("IMAP-11", needs=("imap", "imap_lazy"))
@settings(max_examples=12)
@given(items=ITEMS, error=ERRORS)
def test_imap_yields_what_came_before_its_input_raised(
    subject: BoundSubject, items: list[int], error: Exception
) -> None:
    """imap() yields the results of the items before the input raised, then raises that."""
    most = len(items) + 1
    with subject.open() as pool:
        seen = each(pool.imap(tasks.square, _raising(items, error)), most)
    expect.equal(seen, [*(Value(n * n) for n in items), _error(error)], "the outcomes of imap")


@clause("IMAP-12", needs=("imap", "imap_lazy", "chunksize"))
@settings(max_examples=12)
@given(items=ITEMS, chunksize=st.integers(2, 10), error=ERRORS)
def test_imap_yields_the_complete_chunks_before_its_input_raised(
    subject: BoundSubject, items: list[int], chunksize: int, error: Exception
) -> None:
    """With a larger chunksize imap() yields the complete chunks, then raises the input's error."""
    whole = len(items) - len(items) % chunksize
    with subject.open() as pool:
        seen = each(pool.imap(tasks.square, _raising(items, error), chunksize), whole + 1)
    complete = [Value(n * n) for n in items[:whole]]
    expect.equal(seen, [*complete, _error(error)], "the outcomes of imap")


@clause("IMAP-13", needs=("imap_unordered", "imap_lazy"))
@settings(max_examples=12)
@given(items=DISTINCT, error=ERRORS)
def test_imap_unordered_raises_what_its_input_raised(
    subject: BoundSubject, items: list[int], error: Exception
) -> None:
    """imap_unordered() yields each result at most once and raises the error of its input."""
    with subject.open() as pool:
        found = each(pool.imap_unordered(tasks.identity, _raising(items, error)), len(items) + 2)
    seen, allowed = Counter(found), Counter([*map(Value, items), _error(error)])
    expect.true(
        seen <= allowed and seen[_error(error)] == 1,
        expected=f"{_error(error)} once and each of {items} at most once",
        observed=", ".join(map(str, found)) or "nothing",
    )


@clause("IMAP-14", needs=(*METHODS, "map"))
def test_the_pool_survives_an_input_that_raised(subject: BoundSubject) -> None:
    """After the iterable of an imap() or imap_unordered() raised, the pool does its jobs."""
    with subject.open() as pool:
        for method in METHODS:
            capture(partial(_iterate_a_raising_input, getattr(pool, method)))
            expect.equal(pool.map(tasks.square, range(4)), [0, 1, 4, 9], f"map after {method}")


def _iterate_a_raising_input(method: Callable[..., Iterator[Any]]) -> None:
    """Have the input raise, be it at the call (an engine that reads it all) or on the way."""
    each(method(tasks.square, _raising([1, 2], KeyError("input"))), 4)


@clause("IMAP-16", needs=(*METHODS, "chunksize", "unordered_chunksize", "imap_after_error"))
def test_the_chunks_behind_a_failing_item_are_yielded(subject: BoundSubject) -> None:
    """With a larger chunksize the iterator goes on with the next chunk after a failing item."""
    items, chunksize = [0, 2, 4, 6, 7, 8, 10, 12, 14], 3
    others = [0, 2, 4, 10, 12, 14]  # those that share no chunk with the 7
    with subject.open() as pool:
        for method in METHODS:
            iterator = getattr(pool, method)(tasks.even_or_raise, items, chunksize)
            seen = each(iterator, len(items) + 1)
            lacking = [item for item in others if Value(item) not in seen]
            expect.true(
                not lacking and Error("ValueError", (7,)) in seen,
                expected=f"ValueError(7) and the results {others} from {method}",
                observed=", ".join(map(str, seen)) or "nothing",
            )
