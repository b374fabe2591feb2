"""ERR: errors and tracebacks."""

import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Error, capture
from .harness.strategies import CHUNKSIZES, ERRORS, PROCESSES
from .harness.tracked import TrackedPool

_RAISING_LINE = "raise ValueError(item)"
"""The line of `tasks.raise_for` that raises."""


@clause("ERR-01", needs=("apply", "apply_async"))
@given(error=ERRORS)
def test_get_and_apply_raise_what_the_task_raised(subject: BoundSubject, error: Exception) -> None:
    """get() and apply() raise an exception of the type and with the arguments the task raised."""
    with subject.open() as pool:
        for call in (
            partial(pool.apply, tasks.raise_error, (error,)),
            pool.apply_async(tasks.raise_error, (error,)).get,
        ):
            expect.equal(expect.raises(type(error), call), error, "the task's error")


@clause("ERR-02", needs=("map",))
@given(
    before=st.lists(st.integers(0, 9), max_size=12),
    after=st.lists(st.integers(0, 10), max_size=12),
    chunksize=CHUNKSIZES,
    processes=PROCESSES,
)
def test_map_raises_the_error_of_an_item_that_failed(
    subject: BoundSubject,
    before: list[int],
    after: list[int],
    chunksize: int | None,
    processes: int,
) -> None:
    """map() and its kin raise the error of an item that failed, wherever in the input it stands."""
    bad = 10
    task = partial(tasks.fail_at, bad, partial(tasks.raise_for, bad))
    items = [*before, bad, *after]
    calls: dict[str, Callable[[TrackedPool], Any]] = {
        "map": lambda pool: pool.map(task, items, chunksize),
        "starmap": lambda pool: pool.starmap(task, [(item,) for item in items], chunksize),
        "map_async": lambda pool: pool.map_async(task, items, chunksize).get(),
        "starmap_async": lambda pool: pool.starmap_async(task, [(i,) for i in items]).get(),
    }
    declared = [call for name, call in calls.items() if subject.capabilities.has(name)]
    played = declared if subject.capabilities.reuse_after_error else declared[:1]
    outcomes = subject.agrees_with_stdlib(
        lambda pool: [capture(partial(call, pool)) for call in played], processes=processes
    )
    for outcome in outcomes.unwrap():
        expect.equal(outcome, Error("ValueError", (bad,)), "the error of the item")


@clause("ERR-03", needs=("apply", "pool_errors"))
def test_the_cause_of_an_error_is_its_traceback_in_the_worker(subject: BoundSubject) -> None:
    """The `__cause__` is a RemoteTraceback, and its `tb` has the line that raised."""
    with subject.open() as pool:
        error = expect.raises(ValueError, pool.apply, tasks.raise_for, (1,))
    cause = error.__cause__
    expect.true(
        isinstance(cause, subject.error("RemoteTraceback")),
        expected="a RemoteTraceback as the cause",
        observed=repr(type(cause)),
    )
    told = str(getattr(cause, "tb", None))
    expect.true(
        _RAISING_LINE in told, expected=f"a tb with the line {_RAISING_LINE!r}", observed=told
    )


@clause("ERR-04", needs=("apply",))
def test_the_printed_traceback_has_the_line_that_raised(subject: BoundSubject) -> None:
    """The formatted error contains the source line that raised in the worker."""
    with subject.open() as pool:
        error = expect.raises(ValueError, pool.apply, tasks.raise_for, (1,))
    printed = "".join(traceback.format_exception(error))
    expect.true(
        _RAISING_LINE in printed,
        expected=f"a printed traceback with the line {_RAISING_LINE!r}",
        observed=printed,
    )


@clause("ERR-05", needs=("apply",))
@given(error=ERRORS, notes=st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_an_error_keeps_its_notes(
    subject: BoundSubject, error: Exception, notes: list[str]
) -> None:
    """The notes of an error are those it had in the worker."""
    for note in notes:
        error.add_note(note)
    with subject.open(1) as pool:
        seen = expect.raises(type(error), pool.apply, tasks.raise_error, (error,))
    expect.equal(getattr(seen, "__notes__", []), notes, "the notes of the error")


@clause("ERR-06")
def test_an_error_of_the_input_has_no_cause_added(subject: BoundSubject) -> None:
    """What the iterable raised in the parent comes out as it was, without a `__cause__`."""

    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no more input")

    calls: dict[str, Callable[[TrackedPool], Any]] = {
        "map": lambda pool: pool.map(tasks.square, items()),
        "imap": lambda pool: list(pool.imap(tasks.square, items())),
        "imap_unordered": lambda pool: list(pool.imap_unordered(tasks.square, items())),
    }
    for name, call in calls.items():
        if subject.capabilities.has(name):
            with subject.open() as pool:
                error = expect.raises(LookupError, call, pool)
            expect.equal(error.__cause__, None, f"as the cause of the error of {name}:")


@clause("ERR-07", needs=("apply", "one_worker", "processes", "reuse_after_error"))
@given(errors=st.lists(ERRORS, min_size=1, max_size=4))
def test_a_task_that_raises_does_not_end_its_worker(
    subject: BoundSubject, errors: list[Exception]
) -> None:
    """The only worker of a pool is the same process after its tasks have raised."""
    with subject.open(1) as pool:
        before = pool.apply(tasks.pid)
        for error in errors:
            expect.raises(type(error), pool.apply, tasks.raise_error, (error,))
        after = pool.apply(tasks.pid)
    expect.true(after == before, expected="the same worker", observed="a new one")


@clause("ERR-08", needs=("apply_async", "map", "concurrent_jobs", "reuse_after_error"))
@given(fails=st.lists(st.booleans(), max_size=12), processes=PROCESSES)
def test_the_error_of_a_job_changes_no_other(
    subject: BoundSubject, fails: list[bool], processes: int
) -> None:
    """Among jobs that fail, each of the others gives its own result."""
    with subject.open(processes) as pool:
        handles = [
            pool.apply_async(tasks.raise_for if bad else tasks.square, (number,))
            for number, bad in enumerate(fails)
        ]
        expect.equal(pool.map(tasks.square, range(5), 1), [0, 1, 4, 9, 16], "the results of map")
        outcomes = [capture(handle.get) for handle in handles]
    for number, (bad, outcome) in enumerate(zip(fails, outcomes, strict=True)):
        if bad:
            expect.equal(outcome, Error("ValueError", (number,)), "the outcome of a job")
        else:
            expect.equal(outcome.unwrap(), number * number, "the result of a job")


@clause("ERR-12", needs=("apply", "pool_errors"))
def test_the_cause_that_a_task_gave_is_replaced(subject: BoundSubject) -> str:
    """The `__cause__` that the task gave its error is gone: the remote traceback is there."""
    raised = (ValueError("effect"), KeyError("origin"))
    with subject.open() as pool:
        error = expect.raises(ValueError, pool.apply, tasks.raise_caused, raised)
    kinds = []
    cause = error.__cause__
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    expect.true(
        "KeyError" not in kinds,
        expected="only the remote traceback as a cause",
        observed=" <- ".join(kinds),
    )
    return " <- ".join(kinds)
