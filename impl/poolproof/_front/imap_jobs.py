"""`imap` and `imap_unordered`: outcomes one by one, input drawn no faster than read.

The window bounds what is drawn from the input and not yet taken by the
consumer, so that neither an endless input nor a slow consumer fills the
memory (gh-64192, gh-101586).  An input that has an end is bounded by what its
results weigh.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from .feed import Feed
from .iterators import IMapIterator, Raised
from .jobs import Job, Span, as_task_error
from .packing import Packer
from .sizing import Sizer

WINDOW_PER_WORKER = 64  # tasks: enough for any consumer that keeps up ...
FRAMES_PER_WORKER = 4  # ... and frames of cheap tasks, so that no worker runs dry
UNREAD_BYTES = 16 << 20  # 16 MiB a worker: what results may weigh beyond that
# How long jobs that were submitted later wait for what an iterator yields: once, and in all.  So
# tasks start in their order if it has them at hand; one that is slow stops nobody.
HOLD_S = 0.005
HOLD_TOTAL_S = 0.05
UNBOUNDED = 1 << 62  # tasks


class IMapJob(Job):
    """One call.

    It holds its iterator weakly.  Who drops it wants no results, but the items
    are run to the end of the input, as in the standard library; the input is
    read no further ahead than before.
    """

    kind = "imap"

    def __init__(
        self,
        job_id: int,
        packer: Packer,
        feed: Feed,
        chunksize: int,
        iterator: IMapIterator[Any],
        *,
        buffersize: int | None,
        workers: int,
        wake: Callable[[], None],
    ) -> None:
        super().__init__(job_id, packer, Sizer())
        self._feed = feed
        self._chunksize = chunksize
        self._iterator: Callable[[], IMapIterator[Any] | None] = weakref.ref(
            iterator, lambda _: wake()
        )
        self._ordered = iterator.ordered
        self._buffersize = buffersize
        self._workers = workers
        self._drawn = 0
        self._until = 0  # what may be drawn, as of the last look
        self._delivered = 0
        self._shown = 0  # tasks whose outcomes the iterator has been given
        self._early: dict[int, tuple[int, list[Any]]] = {}
        self._largest_frame = 1
        self._unbounded = False
        self._waits_since: float | None = None  # for the input to yield
        self._patience_s = HOLD_TOTAL_S

    def read_on(self) -> None:
        """Have the input read, though no worker has room: what they run may wait for it."""
        self._until = self._allowed(1)
        self._feed.allow(self._until)

    def lift_window(self) -> None:
        """Read the input to its end: the pool joins, and nobody will take results meanwhile."""
        self._unbounded = True

    def stop_drawing(self) -> None:
        """Read the input no further, if the caller bounded it (as CPython 3.16, gh-155477)."""
        if self._buffersize is not None:
            self._feed.stop()

    def _draw(self, limit: int) -> Span | None:
        self._largest_frame = max(self._largest_frame, limit)
        self._until = self._allowed(limit)
        self._feed.allow(self._until)
        start = self._drawn
        # The input may have been read further, when the results seemed to be smaller.
        tasks = self._feed.take(max(0, min(limit, self._until - start)))
        self._note_hold(waits=not tasks and start < self._until)
        if not tasks:
            return None
        self._drawn += len(tasks)
        return Span(start, tasks)

    def _note_hold(self, *, waits: bool) -> None:
        if waits and self._waits_since is None:
            self._waits_since = time.monotonic()
        elif not waits and self._waits_since is not None:
            self._patience_s -= min(HOLD_S, time.monotonic() - self._waits_since)
            self._waits_since = None

    def hold_s(self) -> float:
        if self._waits_since is None or self._feed.left() is not None:
            return 0.0
        return self._waits_since + min(HOLD_S, self._patience_s) - time.monotonic()

    def first_at_hand(self) -> int | None:
        back = self.first_back()
        return self._drawn if back is None and self.has_tasks() else back

    def has_tasks(self) -> bool:
        """Tell whether a task could be taken now."""
        return self._feed.ready() and self._drawn < self._until

    def _allowed(self, limit: int) -> int:
        """Return how many tasks may be drawn from the beginning, for `limit` more of them."""
        if self._unbounded:
            return UNBOUNDED
        iterator, window = self._iterator(), self._window()
        if iterator is None:  # nobody takes the results, and they take no memory
            return self._shown + window
        iterator.low_mark = (window // 2) * self._chunksize
        # Before the count: a consumer that takes results from now on will wake us.
        iterator.stalled = True
        unread = -(-iterator.unread // self._chunksize)
        allowed = self._shown - unread + window
        iterator.stalled = self._drawn + limit > allowed
        return allowed

    def _window(self) -> int:
        if self._buffersize is not None:
            return self._buffersize
        tasks = min(self.sizer.weighing(UNREAD_BYTES), UNBOUNDED)
        if self._feed.left() is None:  # it may be endless
            tasks = min(tasks, FRAMES_PER_WORKER * self._largest_frame)
        return self._workers * max(WINDOW_PER_WORKER, int(tasks))

    def _undrawn(self) -> int | None:
        return self._feed.left()

    def where(self, position: int) -> tuple[int, int]:
        return self.call_id, position * self._chunksize

    def deliver(self, start: int, values: Sequence[Any]) -> None:
        flat = chain.from_iterable(values) if self._chunksize > 1 else values
        self._put(start, len(values), list(flat))

    def fail(self, position: int, error: BaseException) -> None:
        self._put(position, 1, [Raised(as_task_error(error))])

    def _put(self, start: int, tasks: int, outcomes: list[Any]) -> None:
        self._delivered += tasks
        if self._ordered and start != self._shown:
            self._early[start] = (tasks, outcomes)
            return
        self._show(tasks, outcomes)
        while self._ordered and self._shown in self._early:
            self._show(*self._early.pop(self._shown))

    def _show(self, tasks: int, outcomes: list[Any]) -> None:
        self._shown += tasks
        iterator = self._iterator()
        if iterator is not None:
            iterator.put(outcomes)

    def finished(self) -> bool:
        return self._feed.ended() and self._delivered == self._drawn

    def conclude(self) -> None:
        iterator = self._iterator()
        if iterator is not None:
            if self._feed.error is not None:
                iterator.put([Raised(as_task_error(self._feed.error))])
            iterator.end()

    def abandon(self, error: BaseException) -> None:
        self._feed.stop()
        iterator = self._iterator()
        if iterator is not None:
            iterator.put([Raised(error)])
            iterator.end()
        self._iterator = lambda: None  # nothing comes behind the end, whatever workers still send
