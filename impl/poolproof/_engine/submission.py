"""Turns a call of `map` or `imap` into a job, once its arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .._front.arguments import imap_chunksize, positive
from .._front.feed import feed_for, snapshot
from .._front.imap_jobs import IMapJob
from .._front.iterators import IMapIterator
from .._front.map_jobs import MapJob
from .._front.packing import Packer
from .._front.results import MapResult
from .._front.sizing import default_chunksize
from .._wire.calls import call_for, call_for_all

if TYPE_CHECKING:
    from .dispatcher import Dispatcher


def submit_map(
    dispatcher: Dispatcher,
    result: MapResult[Any],
    func: Callable[..., Any],
    iterable: Iterable[Any],
    chunksize: int | None,
    workers: int,
    *,
    star: bool,
) -> None:
    """Submit the job that `result` is the handle of.

    Raises: ValueError and TypeError for a wrong chunksize, which an input
    without items needs not; what `len()` raises for an input that has a length;
    what the iterable raises, unless it has a length: then it is the job's
    error.  All this as in stdlib; which items there are is not for the length
    to say.
    """
    sized = hasattr(iterable, "__len__")
    if sized:
        len(iterable)  # type: ignore[arg-type]  # list() would ignore a TypeError of it
    try:
        items = snapshot(iterable)
    except Exception as error:
        if not sized:
            raise
        dispatcher.settle(result, False, error)
        return
    if not items:
        dispatcher.settle(result, True, [])
        return
    size = 1 if chunksize is None else positive("chunksize", chunksize)
    if len(items) == 1 and not dispatcher.traced:  # a trace would call the job another kind
        # Of such jobs many come at a time, if at all: as apply calls they share frames.
        result.pool_call = call_for_all(func, star=star), (items,), {}
        dispatcher.inbox.put_call(result)
        return
    call = call_for(func, star=star, chunksize=size)
    per_unit = default_chunksize(len(items), workers) if chunksize is None else 1
    dispatcher.inbox.put(MapJob(result, call, items, size, dispatcher.settle, per_unit))


def submit_imap(
    dispatcher: Dispatcher,
    iterator: IMapIterator[Any],
    job_id: int,
    func: Callable[[Any], Any],
    iterable: Iterable[Any],
    chunksize: int,
    buffersize: int | None,
    workers: int,
) -> None:
    """Submit the job whose outcomes `iterator` gets.

    Raises: ValueError and TypeError for a wrong chunksize or buffersize, and
    for what is no iterable; RuntimeError where no thread is to be had.
    """
    chunksize = imap_chunksize(chunksize)
    if buffersize is not None:
        buffersize = positive("buffersize", buffersize)
    inbox = dispatcher.inbox
    packer = Packer(call_for(func, star=False, chunksize=chunksize), 1)
    feed = feed_for(iterable, chunksize, packer.snapshot, inbox.nudge, inbox.wake)
    job = IMapJob(
        job_id,
        packer,
        feed,
        chunksize,
        iterator,
        buffersize=buffersize,
        workers=workers,
        wake=inbox.wake,
    )
    try:
        feed.start()
        inbox.put(job)
    except BaseException:  # a signal handler raised, or there is no memory: nobody has its results
        feed.stop()
        raise
