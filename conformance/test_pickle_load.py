"""PICKLE: functions, arguments, results and exceptions that arrive and cannot be loaded."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from . import tasks
from .clauses import clause
from .faults import cannot_be_rebuilt, missing_in_worker, raises_on_dump, raises_on_load
from .harness import expect
from .harness.bound import BoundSubject
from .harness.tracked import TrackedPool

_LOAD_ERRORS = (
    ValueError("no such value"),
    ModuleNotFoundError("no such module"),
    AttributeError("no such class"),
)
_TRANSPORT_ERRORS = (
    EOFError("the end"),
    OSError("handle is closed"),
    BrokenPipeError(32, "broken"),
    ConnectionResetError(104, "reset"),
)


def _fails_alone(pool: TrackedPool, task: Any, *args: Any) -> None:
    """Expect an error for this job and the right result of the one beside it."""
    bad = pool.apply_async(task, args)
    good = pool.apply_async(tasks.square, (3,))
    expect.raises(Exception, bad.get)
    expect.equal(good.get(), 9, "the result of the job beside it")


@clause("PICKLE-10", needs=("apply_async", "processes", "reuse_after_error"))
def test_an_exception_that_cannot_be_rebuilt_fails_its_item(subject: BoundSubject) -> None:
    """get() raises an error for an exception that pickles but cannot be made again."""
    with subject.open() as pool:
        _fails_alone(pool, cannot_be_rebuilt.raise_disk_error, 7, "is full")


@clause("PICKLE-11", needs=("apply_async", "processes", "reuse_after_error"))
def test_a_result_that_cannot_be_loaded_fails_its_item(subject: BoundSubject) -> None:
    """get() raises an error for a result that raises when it is loaded in the parent."""
    with subject.open() as pool:
        for error in _LOAD_ERRORS:
            _fails_alone(pool, raises_on_load.RaisesOnLoad, error)


@clause("PICKLE-12", needs=("apply_async", "processes", "reuse_after_error"))
def test_a_result_that_loads_with_an_error_of_transports_fails_its_item(
    subject: BoundSubject,
) -> None:
    """get() raises an error for a result that raises EOFError or OSError on loading."""
    with subject.open() as pool:
        for error in _TRANSPORT_ERRORS:
            _fails_alone(pool, raises_on_load.RaisesOnLoad, error)


@clause("PICKLE-13", needs=("apply_async", "processes", "reuse_after_error"))
def test_an_argument_that_cannot_be_loaded_fails_its_item(subject: BoundSubject) -> None:
    """get() raises an error for an argument that raises when it is loaded in the worker."""
    with subject.open() as pool:
        for error in (*_LOAD_ERRORS, *_TRANSPORT_ERRORS):
            _fails_alone(pool, tasks.identity, raises_on_load.RaisesOnLoad(error))


@clause("PICKLE-14", needs=("apply_async", "by_reference", "processes", "reuse_after_error"))
def test_a_function_that_the_worker_lacks_fails_its_job(subject: BoundSubject) -> None:
    """get() raises an error for a function that was defined after the workers had started."""
    with subject.open() as pool:
        pool.apply_async(tasks.noop).get()
        subject.no_script("the function is defined here, when the workers have started")
        with missing_in_worker.defined_late() as function:
            _fails_alone(pool, function, 1)


@clause("PICKLE-17", needs=("apply", "map", "by_reference", "processes", "reuse_after_error"))
def test_a_pool_is_usable_after_every_poison(subject: BoundSubject) -> None:
    """After anything failed to pickle or to load at either end, the next job is right."""
    with subject.open() as pool, ExitStack() as stack:
        pool.apply(tasks.noop)
        for call in _poisons(pool, stack):
            expect.raises((BaseException,), call)
            expect.equal(pool.map(tasks.square, range(4), 1), [0, 1, 4, 9], "the next job")


def _poisons(pool: TrackedPool, stack: ExitStack) -> Iterator[partial[Any]]:
    """Yield one call for each way and end; those the standard library survives come first."""
    error = ValueError("not this one")
    yield partial(pool.apply, tasks.identity, (raises_on_dump.RaisesOnDump(error),))
    yield partial(pool.apply, raises_on_dump.RaisesOnDump(error))
    yield partial(pool.apply, raises_on_dump.RaisesOnDump, (error,))
    yield partial(pool.apply, raises_on_dump.raise_unpicklable, ("not this one",))
    yield partial(pool.apply, tasks.identity, (raises_on_load.RaisesOnLoad(error),))
    yield partial(pool.map, tasks.identity, [1, raises_on_load.RaisesOnLoad(error), 2], 1)
    yield partial(pool.apply, raises_on_load.RaisesOnLoad, (error,))
    yield partial(pool.map, raises_on_load.RaisesOnLoad, [error] * 3, 1)
    yield partial(pool.apply, cannot_be_rebuilt.raise_disk_error, (7, "is full"))
    yield partial(pool.apply, stack.enter_context(missing_in_worker.defined_late()))
    yield partial(pool.apply, raises_on_dump.Unspeakable, (error,))
    yield partial(pool.apply, tasks.identity, (raises_on_dump.RaisesOnDump(SystemExit(3)),))
