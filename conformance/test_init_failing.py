"""INIT: an initializer that raises or ends its process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from . import tasks
from .clauses import clause
from .faults.failing_initializer import ENOUGH, FailingInitializer
from .harness import expect
from .harness.bound import BoundSubject

_RAISE = partial(tasks.raise_error, PermissionError("access denied"))
_ENDS = (tasks.exit_now, tasks.exit_cleanly)


@contextmanager
def _failing(subject: BoundSubject, how: Callable[[], Any]) -> Iterator[FailingInitializer]:
    with subject.gate() as gate:
        yield FailingInitializer(subject.folder, gate.task, how)


def _a_job_fails(subject: BoundSubject, how: Callable[[], Any]) -> BaseException:
    """Run one task on a pool whose initializer fails; returns the error it ended with."""

    def play() -> Any:
        with subject.open(**fault.options) as pool:
            return pool.apply(tasks.square, (3,))

    with _failing(subject, how) as fault:
        return expect.raises(Exception, play)


def _await_an_end(subject: BoundSubject, job: Any, fault: FailingInitializer) -> None:
    """Wait until the job has ended, starts are too many, or none has come for a while."""
    seen = -1
    while not job.ready() and seen < fault.starts <= ENOUGH:
        seen = fault.starts
        with suppress(expect.Mismatch):  # no start any more: the job may wait for ever (INIT-08)
            subject.eventually(
                partial(lambda known: job.ready() or fault.starts > known, seen),
                "another start of a worker",
                1 / 4,
            )


def _starts_are_bounded(subject: BoundSubject, how: Callable[[], Any]) -> int:
    """Expect a job, or its pool, to give up before there are too many workers; returns them."""
    with _failing(subject, how) as fault:
        with suppress(Exception), subject.open(**fault.options) as pool:
            job = pool.apply_async(tasks.noop)
            _await_an_end(subject, job, fault)
        starts = fault.starts
    expect.true(
        starts <= ENOUGH,
        expected=f"at most {ENOUGH} starts of a worker that fails",
        observed=f"{starts}, and more if the suite had not stopped them",
    )
    return starts


@clause("INIT-05", needs=("initializer", "close", "join"))
def test_a_pool_whose_initializer_raises_can_be_closed_and_joined(subject: BoundSubject) -> None:
    """close() and join() return though no worker could be set up."""
    with _failing(subject, _RAISE) as fault, subject.open(**fault.options) as pool:
        pool.close()
        pool.join()


@clause("INIT-08", needs=("initializer", "apply", "processes"))
def test_a_job_ends_with_an_error_when_the_initializer_raises(subject: BoundSubject) -> str:
    """A job on a pool whose initializer raises ends with an error."""
    return type(_a_job_fails(subject, _RAISE)).__name__


@clause("INIT-09", needs=("initializer", "apply_async", "processes"))
def test_workers_are_not_started_without_end_when_the_initializer_raises(
    subject: BoundSubject,
) -> str:
    """The number of workers in which the initializer raised is bounded."""
    return f"{_starts_are_bounded(subject, _RAISE)} starts"


@clause("INIT-10", needs=("initializer", "apply", "kills"))
def test_a_job_ends_with_an_error_when_the_initializer_ends_the_process(
    subject: BoundSubject,
) -> str:
    """A job on a pool whose initializer ends its process ends with an error."""
    return ", ".join(type(_a_job_fails(subject, how)).__name__ for how in _ENDS)


@clause("INIT-11", needs=("initializer", "apply_async", "kills"))
def test_workers_are_not_started_without_end_when_the_initializer_ends_the_process(
    subject: BoundSubject,
) -> str:
    """The number of workers that the initializer ended is bounded."""
    return ", ".join(f"{_starts_are_bounded(subject, how)} starts" for how in _ENDS)
