"""CB: callbacks that raise, take long, or are never called."""

import threading
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject

FEW = settings(max_examples=5)
"""Examples where many values are of one kind."""

PATIENCE_S = 0.2
"""Seconds in which a result may overtake a callback; one that does so later is not seen."""


class _CallbackError(Exception):
    """What the callbacks of this file raise."""


def _raising(_outcome: object) -> None:
    raise _CallbackError("from the callback")


@clause("CB-08", needs=("apply_async", "apply", "callbacks"))
def test_the_pool_survives_callbacks_that_raise(subject: BoundSubject) -> None:
    """A pool does its jobs after a callback and an error_callback raised."""
    with subject.open() as pool:
        pool.apply_async(tasks.square, (2,), callback=_raising)
        pool.apply_async(tasks.raise_for, (2,), error_callback=_raising)
        for number in range(4):
            expect.equal(pool.apply(tasks.square, (number,)), number**2, "the result of apply")


@clause("CB-09", needs=("apply_async", "callbacks"))
def test_the_error_of_a_callback_is_the_outcome_of_its_job(subject: BoundSubject) -> None:
    """get() raises the exception that the callback of its job raised."""
    with subject.open() as pool:
        expect.raises(_CallbackError, pool.apply_async(tasks.square, (2,), callback=_raising).get)


@clause("CB-10", needs=("apply_async", "callbacks"))
def test_the_error_of_an_error_callback_hides_no_other(subject: BoundSubject) -> None:
    """get() raises what the error_callback raised, with the task's error as its context."""
    with subject.open() as pool:
        failed = pool.apply_async(tasks.raise_for, (2,), error_callback=_raising)
        error = expect.raises(_CallbackError, failed.get)
    context = error.__context__
    expect.equal(context, ValueError(2), "the context of the error_callback's error")


@clause("CB-11", needs=("apply_async", "map_async", "callbacks"))
def test_an_empty_map_calls_no_callback(subject: BoundSubject) -> None:
    """The callback of a map_async() over an empty iterable is never called."""
    calls: list[Any] = []
    with subject.open() as pool:
        expect.equal(pool.map_async(tasks.square, [], callback=calls.append).get(), [], "the list")
        pool.apply_async(tasks.square, (3,), callback=calls.append)
        subject.eventually(lambda: 9 in calls, "the callback of the job behind it")
    expect.equal(calls, [9], "what the callbacks were given,")


@clause("CB-12", needs=("apply_async", "callbacks", "concurrent_jobs"))
def test_a_callback_that_takes_long_holds_up_the_results(subject: BoundSubject) -> None:
    """While a callback runs, the results of other jobs wait."""
    entered, let_go = subject.event(), subject.event()

    def callback(_result: object) -> None:
        entered.set()
        let_go.wait(subject.longest_s)

    try:
        with subject.open() as pool:
            first = pool.apply_async(tasks.square, (2,), callback=callback)
            subject.eventually(entered.is_set, "the callback to be called")
            second = pool.apply_async(tasks.square, (3,))
            second.wait(PATIENCE_S)
            overtaken = second.ready()
            let_go.set()
            expect.equal((first.get(), second.get()), (4, 9), "the results")
    finally:
        let_go.set()
    expect.equal(overtaken, False, "ready() of another job while the callback runs")


@clause("CB-13", needs=("apply_async", "callbacks"))
def test_a_callback_runs_in_another_thread(subject: BoundSubject) -> str:
    """A callback runs in another thread than the one that submitted the job."""
    threads: list[threading.Thread] = []
    with subject.open() as pool:
        pool.apply_async(
            tasks.square, (2,), callback=lambda _: threads.append(threading.current_thread())
        )
        subject.eventually(lambda: threads, "the callback")
    expect.true(
        threads[0] is not threading.current_thread(),
        expected="another thread than the one that submitted",
        observed="that thread",
    )
    return type(threads[0]).__name__


@clause("CB-14", needs=("apply_async", "callbacks"))
@FEW
@given(value=st.sampled_from([False, 0, "", [], {}]))
def test_a_callback_that_is_false_is_none(subject: BoundSubject, value: Any) -> None:
    """apply_async(callback=False) and error_callback=False run the task, and report nothing."""
    with subject.open(1) as pool:
        done = pool.apply_async(tasks.square, (3,), callback=value, error_callback=value)
        expect.equal(done.get(), 9, "the result")
