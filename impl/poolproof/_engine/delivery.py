"""From what a worker has sent to outcomes of a job; what cannot be loaded fails alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from .._front.jobs import Job
from .._wire.outcome import Failure, load
from .._wire.sharing import kinds_of
from .._wire.unpacking import undeliverable, unpack_error


def deliver_values(job: Job, start: int, count: int, body: memoryview) -> None:
    """Deliver the values of `count` tasks, pickled as one list.

    Where the list cannot be loaded, its tasks fail with the error of loading:
    their job fails as a whole, whichever of them it was.
    """
    try:
        values = load(body)
    except BaseException as error:  # noqa: BLE001  user code runs in __setstate__
        shown = undeliverable(error, "a result could not be loaded in the parent process")
        for position in range(start, start + count):
            job.fail(position, shown)
        return
    job.deliver(start, values)


def deliver_outcomes(job: Job, start: int, pickles: Sequence[memoryview]) -> None:
    """Deliver outcomes that were pickled one by one; each that cannot be loaded fails alone."""
    while pickles:
        outcomes: list[Any] = []
        error: BaseException | None = None
        try:
            outcomes.extend(map(load, pickles))
        except BaseException as raised:  # noqa: BLE001  user code runs in __setstate__
            error = raised
        deliver_loaded(job, start, outcomes)
        start += len(outcomes)
        pickles = pickles[len(outcomes) :]
        if error is not None:
            fail_unloaded(job, start, error)
            start += 1
            pickles = pickles[1:]


def fail_unloaded(job: Job, position: int, error: BaseException) -> None:
    """Fail a task whose outcome raised `error` when it was loaded."""
    shown = undeliverable(error, "the result could not be loaded in the parent process")
    job.fail(position, shown)


def deliver_loaded(job: Job, start: int, outcomes: list[Any]) -> None:
    """Deliver runs of values, and the failures between them."""
    if not _has_failure(outcomes):
        if outcomes:
            job.deliver(start, outcomes)
        return
    for is_failure, run in groupby(outcomes, lambda outcome: type(outcome) is Failure):
        values = list(run)
        if is_failure:
            for position, failure in enumerate(values, start):
                job.fail(position, unpack_error(failure))
        else:
            job.deliver(start, values)
        start += len(values)


def _has_failure(outcomes: list[Any]) -> bool:
    try:
        return Failure in set(map(type, outcomes))  # a third of what the other takes
    except Exception:  # noqa: BLE001  a class that cannot be hashed
        return id(Failure) in kinds_of(outcomes)
