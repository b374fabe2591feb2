"""DIAG: errors of one item, and whether they name what happened to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from . import tasks
from .clauses import clause
from .faults import cannot_be_rebuilt, missing_in_worker, raises_on_dump, raises_on_load
from .harness import expect
from .harness.bound import BoundSubject
from .harness.tracked import TrackedPool

_ENDS: tuple[tuple[Callable[..., Any], int, tuple[str, ...]], ...] = (
    (tasks.exit_now, 113, ("113",)),
    (tasks.kill_self, 9, ("SIGKILL", "signal 9", "-9")),
    (tasks.kill_self, 6, ("SIGABRT", "signal 6", "-6")),
)
"""Ways in which a worker ends, and the words of which one must be in the error."""

_ERROR = LookupError("the ledger of 1913 is missing")


@clause("DIAG-01", needs=("apply_async", "kills"))
def test_the_error_of_a_lost_worker_names_its_exit_code_or_signal(subject: BoundSubject) -> str:
    """get() says with which exit code or by which signal the worker ended."""
    said = []
    for end, code, words in _ENDS:
        with subject.open() as pool:
            error = expect.raises(Exception, pool.apply_async(end, (code,)).get)
        text = expect.told(error)
        expect.true(
            any(word in text for word in words),
            expected=f"an error that names {' or '.join(words)}",
            observed=text,
        )
        said.append(text)
    return "; ".join(said)


@contextmanager
def _poisons(subject: BoundSubject) -> Iterator[list[tuple[Callable[..., Any], object]]]:
    """Give tasks with an argument each, that fail to pickle or to load at one end or the other."""
    with missing_in_worker.defined_late() as missing:
        poisons: list[tuple[Callable[..., Any], object]] = [
            (tasks.identity, raises_on_dump.RaisesOnDump(_ERROR)),
            (raises_on_dump.RaisesOnDump, _ERROR),
            (raises_on_dump.raise_unpicklable, "this"),
            (tasks.identity, raises_on_load.RaisesOnLoad(_ERROR)),
            (raises_on_load.RaisesOnLoad, _ERROR),
            (partial(cannot_be_rebuilt.raise_disk_error, 7), "is full"),
        ]
        yield [*poisons, (missing, 1)] if subject.capabilities.by_reference else poisons


@clause("DIAG-02", needs=("apply", "kills", "processes"))
def test_a_failure_of_pickling_is_not_told_as_a_lost_worker(subject: BoundSubject) -> str:
    """What cannot be pickled or loaded does not raise the error that a lost worker raises."""
    told = set()
    with subject.open() as pool:
        if subject.capabilities.by_reference:
            pool.apply(tasks.noop)
        with _poisons(subject) as poisons:
            for task, argument in poisons:
                told.add(type(expect.raises(Exception, pool.apply, task, (argument,))))
    with subject.open() as pool:
        lost = type(expect.raises(Exception, pool.apply, tasks.exit_now))
    names = sorted(kind.__name__ for kind in told)
    expect.true(
        lost not in told,
        expected=f"no {lost.__name__}, which is for lost workers",
        observed=str(names),
    )
    return f"{', '.join(names)}; a lost worker is told as {lost.__name__}"


def _error_of(subject: BoundSubject, task: Callable[..., Any], *args: Any) -> BaseException:
    with subject.open() as pool:
        return expect.raises(Exception, pool.apply, task, args)


@clause("DIAG-04", needs=("apply", "processes"))
def test_the_error_for_an_exception_names_the_one_that_could_not_be_rebuilt(
    subject: BoundSubject,
) -> str:
    """The error names the type and the message of the exception that could not be rebuilt."""
    error = _error_of(subject, cannot_be_rebuilt.raise_disk_error, 7, "is full")
    expect.names(error, "DiskError", "disk 7 is full")
    return expect.told(error)


@clause("DIAG-05", needs=("apply", "processes"))
def test_the_error_for_a_result_names_the_error_of_loading(subject: BoundSubject) -> str:
    """The error names the type and the message of what loading the result raised."""
    error = _error_of(subject, raises_on_load.RaisesOnLoad, _ERROR)
    expect.names(error, type(_ERROR).__name__, str(_ERROR))
    return expect.told(error)


@clause("DIAG-06", needs=("apply", "processes"))
def test_the_error_for_an_argument_names_the_error_of_loading(subject: BoundSubject) -> str:
    """The error names the type and the message of what loading the argument raised."""
    error = _error_of(subject, tasks.identity, raises_on_load.RaisesOnLoad(_ERROR))
    expect.names(error, type(_ERROR).__name__, str(_ERROR))
    return expect.told(error)


@clause("DIAG-07", needs=("apply", "by_reference", "processes"))
def test_the_error_for_a_function_that_is_not_there_names_it(subject: BoundSubject) -> str:
    """The error names the function that does not exist in the worker."""
    with subject.open() as pool:
        pool.apply(tasks.noop)
        subject.no_script("the function is defined here, when the workers have started")
        with missing_in_worker.defined_late() as function:
            error = expect.raises(Exception, pool.apply, function)
    expect.names(error, missing_in_worker.NAME)
    return expect.told(error)


@clause("DIAG-08", needs=("apply", "map", "reuse_after_error"))
def test_a_stopiteration_comes_out_as_a_runtimeerror(subject: BoundSubject) -> None:
    """A task that raises StopIteration has a RuntimeError as its outcome, as PEP 479 has it."""
    task = partial(tasks.raise_error, StopIteration())
    calls: tuple[Callable[[TrackedPool], Any], ...] = (
        lambda pool: pool.apply(task),
        lambda pool: pool.map(partial(tasks.fail_at, 2, task), range(4), 1),
    )
    with subject.open() as pool:
        for call in calls:
            expect.raises(RuntimeError, call, pool)


@clause("DIAG-12", needs=("apply", "processes"))
def test_the_error_for_an_exception_that_cannot_be_pickled_does_not_name_it(
    subject: BoundSubject,
) -> str:
    """The error names neither the type nor the message of the exception of the task."""
    error = _error_of(subject, raises_on_dump.raise_unpicklable, "the ledger is missing")
    text = expect.told(error)
    expect.true(
        "UnpicklableError" not in text and "the ledger is missing" not in text,
        expected="an error that names neither the type nor the message",
        observed=text,
    )
    return text
