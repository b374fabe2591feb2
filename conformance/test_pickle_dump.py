"""PICKLE: functions, arguments and results that cannot be pickled."""

import pickle
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .faults import raises_on_dump
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Error, Outcome, Value, capture
from .harness.strategies import ERRORS
from .harness.tracked import TrackedPool

_ENOUGH = 20
"""Results in a row that cannot be pickled, as in CPython's own test."""


def _unpicklable_calls(pool: TrackedPool, poison: object) -> list[partial[Any]]:
    """Return calls of every kind, with the poison as the function or as an argument."""
    return [
        partial(pool.apply, poison),
        partial(pool.apply, tasks.identity, (poison,)),
        partial(pool.apply, tasks.add, (1,), {"right": poison}),
        partial(lambda: pool.apply_async(tasks.identity, (poison,)).get()),
        partial(pool.map, poison, [1, 2]),
        partial(pool.map, tasks.identity, [1, poison, 2], 1),
    ]


@clause("PICKLE-01", needs=("apply", "apply_async", "map", "processes", "reuse_after_error"))
@given(error=ERRORS)
def test_what_cannot_be_pickled_raises_the_error_of_pickling(
    subject: BoundSubject, error: Exception
) -> None:
    """get(), apply() and map() raise what pickling the function or the argument raised."""
    with subject.open() as pool:
        for call in _unpicklable_calls(pool, raises_on_dump.RaisesOnDump(error)):
            expect.equal(expect.raises(type(error), call), error, "the error of pickling")
        if subject.capabilities.by_reference:
            expect.raises((pickle.PicklingError, AttributeError), pool.apply, lambda: None)


@clause("PICKLE-02", needs=("imap", "imap_after_error", "processes", "reuse_after_error"))
@given(is_bad=st.lists(st.booleans(), max_size=12))
def test_an_item_of_imap_that_cannot_be_pickled_fails_at_its_place(
    subject: BoundSubject, is_bad: list[bool]
) -> None:
    """imap() raises the error of pickling where the item stands and gives all the others."""
    poison = raises_on_dump.RaisesOnDump(LookupError("not this one"))
    items = [poison if bad else index for index, bad in enumerate(is_bad)]
    failed = Error("LookupError", ("not this one",))
    expected = [failed if bad else Value(index) for index, bad in enumerate(is_bad)]
    with subject.open() as pool:
        results = pool.imap(tasks.identity, items)
        outcomes = [capture(partial(next, results)) for _ in items]
        expect.equal(outcomes, expected, "as the outcomes in order:")
        expect.raises(StopIteration, next, results)


@clause("PICKLE-03", needs=("apply", "map", "processes", "reuse_after_error"))
def test_a_pool_is_usable_after_an_argument_that_cannot_be_pickled(subject: BoundSubject) -> None:
    """A job after one whose argument could not be pickled gives its right result."""
    poison = raises_on_dump.RaisesOnDump(TypeError("not this one"))
    with subject.open() as pool:
        for call in (
            partial(pool.apply, tasks.identity, (poison,)),
            partial(pool.map, tasks.identity, [1, poison, 2], 1),
            partial(pool.map, tasks.identity, [poison] * 10),
        ):
            expect.raises(Exception, call)
            expect.equal(pool.map(tasks.square, range(6), 1), [0, 1, 4, 9, 16, 25], "the results")


@clause("PICKLE-04", needs=("apply_async", "pool_errors", "reuse_after_error"))
@given(error=ERRORS)
def test_a_result_that_cannot_be_pickled_raises_maybeencodingerror(
    subject: BoundSubject, error: Exception
) -> None:
    """get() raises MaybeEncodingError whatever pickling the result raised."""
    with subject.open(1) as pool:
        handle = pool.apply_async(raises_on_dump.RaisesOnDump, (error,))
        expect.raises(subject.error("MaybeEncodingError"), handle.get)


@clause("PICKLE-05", needs=("apply", "pool_errors", "reuse_after_error"))
@given(error=ERRORS)
def test_a_maybeencodingerror_carries_the_error_and_the_value(
    subject: BoundSubject, error: Exception
) -> None:
    """Its `exc` is the error of pickling as text, its `value` is the result as text."""
    value = raises_on_dump.RaisesOnDump(error)
    with subject.open(1) as pool:
        seen: Any = expect.raises(
            subject.error("MaybeEncodingError"), pool.apply, raises_on_dump.RaisesOnDump, (error,)
        )
    expect.equal(seen.exc, repr(error), "as exc:")
    expect.equal(seen.value, repr(value), "as value:")


@clause("PICKLE-06", needs=("apply", "one_worker", "processes", "reuse_after_error"))
def test_results_that_cannot_be_pickled_cost_no_worker(subject: BoundSubject) -> None:
    """The only worker of a pool is the same process after many results that could not travel."""
    made = (TypeError("not this one"),)
    with subject.open(1) as pool:
        before = pool.apply(tasks.pid)
        for _ in range(_ENOUGH):
            expect.raises(Exception, pool.apply, raises_on_dump.RaisesOnDump, made)
        after = pool.apply(tasks.pid)
    expect.true(after == before, expected="the same worker", observed="a new one")


@clause("PICKLE-15", needs=("apply_async", "processes", "reuse_after_error"))
def test_a_result_without_pickle_and_repr_fails_its_item(subject: BoundSubject) -> str:
    """get() raises an error for a result whose pickling and whose repr both fail."""
    with subject.open() as pool:
        bad = pool.apply_async(raises_on_dump.Unspeakable, (ValueError("not this one"),))
        good = pool.apply_async(tasks.square, (3,))
        error = expect.raises(Exception, bad.get)
        expect.equal(good.get(), 9, "the result beside it")
    return type(error).__name__


@clause("PICKLE-16", needs=("apply", "processes", "reuse_after_error"))
def test_a_baseexception_of_pickling_fails_its_item(subject: BoundSubject) -> None:
    """A job fails with an error when pickling its argument raises KeyboardInterrupt or its like."""
    with subject.open() as pool:
        for error in (GeneratorExit(), SystemExit(3), KeyboardInterrupt()):
            poison = raises_on_dump.RaisesOnDump(error)
            expect.raises((BaseException,), pool.apply, tasks.identity, (poison,))
            outcome: Outcome = capture(partial(pool.apply, tasks.square, (3,)))
            expect.equal(outcome, Value(9), "the job after it")
