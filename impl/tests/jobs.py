"""Jobs without a pool: their handles, and a caller that is not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from poolproof import AsyncResult, IMapIterator, IMapUnorderedIterator, MapResult
from poolproof._front.feed import SequenceFeed
from poolproof._front.imap_jobs import IMapJob
from poolproof._front.jobs import Job, Span
from poolproof._front.map_jobs import MapJob
from poolproof._front.packing import Packer


class Owner:
    """Stands for the pool: counts how often the dispatcher was woken."""

    def __init__(self) -> None:
        self.wakes = 0

    def about_to_wait(self) -> None:
        """Nothing: the test is one process."""

    def wake(self) -> None:
        self.wakes += 1


def not_here(item: object) -> object:
    """Stand for the caller's function; nothing runs it here."""
    raise AssertionError(f"{item!r} ran in the parent")


def settle(result: AsyncResult[Any], success: bool, value: object) -> None:
    """Show an outcome, as the callback runner does."""
    result.settle(success, value)


def apply_call(number: int, callback: Callable[[Any], object] | None = None) -> AsyncResult[Any]:
    """Make the handle of an apply job that calls `int(number)`."""
    result: AsyncResult[Any] = AsyncResult(Owner(), number, callback)
    result.pool_call = int, (number,), {}
    return result


def map_job(items: Sequence[Any], chunksize: int = 1) -> tuple[MapJob, MapResult[Any]]:
    result: MapResult[Any] = MapResult(Owner(), 7)
    return MapJob(result, not_here, items, chunksize, settle, 1), result


def imap_job(
    items: Sequence[Any],
    *,
    chunksize: int = 1,
    buffersize: int | None = None,
    ordered: bool = True,
) -> tuple[IMapJob, IMapIterator[Any], Owner]:
    owner = Owner()
    kind = IMapIterator if ordered else IMapUnorderedIterator
    iterator: IMapIterator[Any] = kind(owner)
    feed = SequenceFeed(items, chunksize)
    job = IMapJob(
        7,
        Packer(not_here, 1),
        feed,
        chunksize,
        iterator,
        buffersize=buffersize,
        workers=2,
        wake=owner.wake,
    )
    return job, iterator, owner


def take_all(job: Job, limit: int = 1000) -> list[Span]:
    spans = []
    while (span := job.take(limit)) is not None:
        spans.append(span)
    return spans


def deliver_echo(job: Job, span: Span) -> None:
    values = [task if isinstance(task, int) else list(task) for task in span.tasks]
    job.deliver(span.start, values)
