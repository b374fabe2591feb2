"""CB: callbacks, their results and their order."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject

SHORT_S = 0.02
"""A timeout that has to pass."""


def _wait(handles: list[Any]) -> None:
    for handle in handles:
        handle.wait()


@clause("CB-01", needs=("apply_async", "callbacks"))
@settings(max_examples=5)
@given(count=st.integers(1, 12))
def test_the_callback_of_apply_async_gets_the_result_once(
    subject: BoundSubject, count: int
) -> None:
    """The callback of apply_async() is called once, with the result."""
    calls: list[int] = []
    with subject.open() as pool:
        handles = [
            pool.apply_async(tasks.square, (number,), callback=calls.append)
            for number in range(count)
        ]
        _wait(handles)
        subject.eventually(lambda: len(calls) >= count, "a callback for each job")
    expect.equal(
        expect.ordered(calls), [n * n for n in range(count)], "what the callbacks were given,"
    )


@clause("CB-02", needs=("map_async", "starmap_async", "callbacks", "chunksize"))
@settings(max_examples=8)
@given(
    items=st.lists(st.integers(-100, 100), min_size=1, max_size=40),
    chunksize=st.none() | st.integers(1, 12),
)
def test_the_callback_of_map_async_gets_the_whole_list_once(
    subject: BoundSubject, items: list[int], chunksize: int | None
) -> None:
    """The callback of map_async() and starmap_async() is called once, with the list in order."""
    calls: list[list[int]] = []
    with subject.open() as pool:
        pairs = [(n, 1) for n in items]
        handles = [
            pool.map_async(tasks.square, items, chunksize, callback=calls.append),
            pool.starmap_async(tasks.add, pairs, chunksize, callback=calls.append),
        ]
        _wait(handles)
        subject.eventually(lambda: len(calls) >= 2, "two callbacks")
    wanted = [[n * n for n in items], [n + 1 for n in items]]
    expect.equal(expect.ordered(calls), sorted(wanted), "what the callbacks were given,")


@clause("CB-03", needs=("apply_async", "map_async", "starmap_async", "callbacks"))
@settings(max_examples=5)
@given(number=st.integers(-100, 100))
def test_the_error_callback_gets_the_exception_once(subject: BoundSubject, number: int) -> None:
    """The error_callback of the asynchronous methods is called once, with the exception."""
    calls: list[Any] = []
    ways: list[tuple[str, Any]] = [
        ("apply_async", (number,)),
        ("map_async", [number]),
        ("starmap_async", [(number,)]),
    ]
    with subject.open() as pool:
        handles = [
            getattr(pool, method)(tasks.raise_for, arguments, error_callback=calls.append)
            for method, arguments in ways
        ]
        _wait(handles)
        subject.eventually(lambda: len(calls) >= len(ways), "an error_callback for each job")
    expect.equal(len(calls), len(ways), "the number of calls")
    for error in calls:
        expect.equal(error, ValueError(number), "what an error_callback was given,")


@clause("CB-04", needs=("apply_async", "callbacks", "reuse_after_error"))
@settings(max_examples=5)
@given(numbers=st.lists(st.integers(0, 9), min_size=1, max_size=10))
def test_only_the_callback_that_fits_is_called(subject: BoundSubject, numbers: list[int]) -> None:
    """Of callback and error_callback only the one that fits the outcome is called."""
    results: list[Any] = []
    errors: list[Any] = []
    with subject.open() as pool:
        handles = [
            pool.apply_async(
                tasks.even_or_raise,
                (number,),
                callback=results.append,
                error_callback=errors.append,
            )
            for number in numbers
        ]
        _wait(handles)
        subject.eventually(lambda: len(results) + len(errors) >= len(numbers), "the callbacks")
    expect.equal(
        (sorted(map(repr, results)), sorted(map(repr, errors))),
        (
            sorted(repr(n) for n in numbers if n % 2 == 0),
            sorted(repr(ValueError(n)) for n in numbers if n % 2),
        ),
        "(results, errors) that the callbacks were given",
    )


@clause("CB-05", needs=("apply_async", "callbacks"))
def test_get_does_not_return_before_the_callback(subject: BoundSubject) -> None:
    """The callback of a job has returned before get() or wait() of that job returns."""
    for task, option in ((tasks.square, "callback"), (tasks.raise_for, "error_callback")):
        entered, let_go, returned = subject.event(), subject.event(), subject.event()

        def held(_outcome: object) -> None:
            entered.set()  # noqa: B023 - those of this round, which the pool does not outlive
            let_go.wait(subject.longest_s)  # noqa: B023 - as above
            returned.set()  # noqa: B023 - as above

        with subject.open() as pool, contextlib.ExitStack() as first:
            first.callback(let_go.set)  # before the pool ends, which may wait for the callback
            handle = pool.apply_async(task, (2,), **{option: held})
            subject.eventually(entered.is_set, f"the {option} to be called")
            for _ in range(2):
                handle.wait(SHORT_S)
                expect.equal(handle.ready(), False, f"ready() while the {option} runs")
            expect.raises(subject.error("TimeoutError"), handle.get, SHORT_S)
            let_go.set()
            handle.wait()
            expect.true(returned.is_set(), expected=f"the {option} to have returned", observed="no")


@clause("CB-06", needs=("apply_async", "callbacks"))
def test_a_callback_runs_in_the_parent(subject: BoundSubject) -> None:
    """A callback and an error_callback run in the process that submitted the job."""
    with subject.open() as pool:
        for task, option in ((tasks.square, "callback"), (tasks.raise_for, "error_callback")):
            note = subject.folder / option
            pool.apply_async(task, (2,), **{option: _pid_into(note)})
            subject.eventually(note.exists, f"the {option} to be called")
            expect.equal(int(note.read_text()), os.getpid(), f"the process of the {option}")


def _pid_into(path: Path) -> Callable[[object], None]:
    """Return a callback that writes its process id into a file, which appears when it is whole."""

    def callback(_outcome: object) -> None:
        draft = path.with_suffix(".draft")
        draft.write_text(str(os.getpid()))
        draft.rename(path)

    return callback


@clause("CB-07", needs=("apply_async", "callbacks"))
@settings(max_examples=4)
@given(length=st.integers(1, 10))
def test_a_callback_submits_further_jobs(subject: BoundSubject, length: int) -> None:
    """A callback can submit jobs to its pool, whose callbacks submit jobs in their turn."""
    results: list[int] = []

    def submit_next(result: int) -> None:
        results.append(result)
        if len(results) < length:
            pool.apply_async(tasks.add, (result, 1), callback=submit_next)

    with subject.open() as pool:
        pool.apply_async(tasks.add, (0, 1), callback=submit_next)
        subject.eventually(lambda: len(results) >= length, "the last callback")
    expect.equal(results, list(range(1, length + 1)), "what the callbacks were given,")
