"""Where an imap job's tasks come from: an input of known items, or a thread.

User code runs when an iterator is advanced: it may block, raise or never end.
So the dispatcher never advances one; a thread of its own does, a job at a
time, and it draws no further than it has been allowed to.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from .arguments import check_iterable
from .packing import Snapshot

AHEAD_BYTES = 32 << 20  # 32 MiB: what is read ahead of tasks that have a size worth mentioning


class Feed(Protocol):
    """Tasks of one job, in order."""

    #: error of the input, delivered behind its last task
    error: BaseException | None

    def start(self) -> None:
        """Be ready to read.

        Raises: RuntimeError where no thread is to be had.
        """

    def allow(self, tasks: int) -> None:
        """Let the input be read up to `tasks` tasks from its beginning."""

    def take(self, limit: int) -> Sequence[Any]:
        """Return up to `limit` tasks that are there now."""

    def ready(self) -> bool:
        """Tell whether a task could be taken now."""

    def left(self) -> int | None:
        """Tasks still to come, None when unknown."""

    def ended(self) -> bool:
        """Tell whether nothing will come any more."""

    def stop(self) -> None:
        """Read no further; any thread may say so."""


def in_chunks(items: Sequence[Any], start: int, count: int, chunksize: int) -> Sequence[Any]:
    """Return tasks `start` .. `start + count - 1`: items, or slices of `chunksize` items."""
    if chunksize == 1:
        return items[start : start + count]
    return [
        items[first : first + chunksize]
        for first in range(start * chunksize, (start + count) * chunksize, chunksize)
    ]


def _weight(task: object) -> int:
    return task.size if type(task) is Snapshot else 0


class SequenceFeed:
    """Tasks of a list, tuple or range."""

    error: BaseException | None = None

    def __init__(self, items: Sequence[Any], chunksize: int) -> None:
        self._items = items
        self._chunksize = chunksize
        self._total = -(-len(items) // chunksize)
        self._taken = 0
        self._allowed = 0

    def start(self) -> None:
        """Nothing: the items are there."""

    def allow(self, tasks: int) -> None:
        self._allowed = min(tasks, self._total)

    def take(self, limit: int) -> Sequence[Any]:
        count = max(0, min(limit, self._allowed - self._taken))
        tasks = in_chunks(self._items, self._taken, count, self._chunksize)
        self._taken += count
        return tasks

    def ready(self) -> bool:
        return self._taken < self._allowed

    def left(self) -> int | None:
        return max(0, self._total - self._taken)  # more are taken where it is stopped meanwhile

    def ended(self) -> bool:
        return self._taken >= self._total

    def stop(self) -> None:
        self._total = self._allowed = self._taken


class ThreadFeed:
    """Tasks of any iterable, read by a thread.

    Guarantees: only the thread advances the iterable and appends tasks; only
    the dispatcher takes them and raises the allowance.  `_end` is stored after
    the last task, so a dispatcher that sees it sees every task.  However many
    tasks are allowed, no more than `AHEAD_BYTES` of large ones wait here.
    """

    def __init__(
        self,
        iterable: Iterable[Any],
        chunksize: int,
        snapshot_of: Callable[[Any], Any],
        nudge: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        self.error: BaseException | None = None
        self._tasks: deque[Any] = deque()
        self._snapshot_of = snapshot_of
        self._nudge = nudge  # there is a task, for a worker that waits for one
        self._wake = wake  # there will be none
        self._allowed = 0
        self._drawn = 0
        self._drawn_bytes = 0  # counted by the thread ...
        self._taken_bytes = 0  # ... and by the dispatcher
        self._end = False
        self._stopped = False
        self._more = threading.Semaphore(0)
        self._thread = threading.Thread(
            target=self._draw_all,
            args=(iterable, chunksize),
            name="poolproof-feed",
            daemon=True,
        )

    def start(self) -> None:
        self._thread.start()

    def allow(self, tasks: int) -> None:
        if tasks > self._allowed:
            self._allowed = tasks
            self._more.release()

    def take(self, limit: int) -> Sequence[Any]:
        tasks = [self._tasks.popleft() for _ in range(min(limit, len(self._tasks)))]
        if self._drawn_bytes > self._taken_bytes:  # else none has a size worth mentioning
            self._taken_bytes += sum(map(_weight, tasks))
            self._more.release()
        return tasks

    def ready(self) -> bool:
        return bool(self._tasks)

    def left(self) -> int | None:
        return 0 if self.ended() else None

    def ended(self) -> bool:
        return self._end and not self._tasks

    def stop(self) -> None:
        self._stopped = True
        self._more.release()

    def _draw_all(self, iterable: Iterable[Any], chunksize: int) -> None:
        try:
            self._draw_from(_tasks_of(iterable, chunksize))
        except BaseException as error:  # noqa: BLE001  user code; it becomes the job's error
            self.error = error
        self._end = True
        self._wake()

    def _draw_from(self, tasks: Iterator[Any]) -> None:
        while self._may_draw():
            try:
                task = next(tasks)
            except StopIteration:
                return
            task = self._snapshot_of(task)
            self._drawn_bytes += _weight(task)
            self._tasks.append(task)
            self._drawn += 1
            del task  # or the input's last item would live as long as this thread
            self._nudge()

    def _may_draw(self) -> bool:
        while not self._stopped and (self._drawn >= self._allowed or self._is_full()):
            self._more.acquire()
        return not self._stopped

    def _is_full(self) -> bool:
        return self._drawn_bytes - self._taken_bytes >= AHEAD_BYTES


def _tasks_of(iterable: Iterable[Any], chunksize: int) -> Iterator[Any]:
    check_iterable("iterable", iterable)
    items = iter(iterable)
    if chunksize == 1:
        return items
    # An input that raises within a chunk loses that chunk's items: CPython's
    # test_imap_handle_iterable_exception asserts it.
    size = min(chunksize, sys.maxsize)  # islice takes no more, a slice any
    return iter(lambda: tuple(islice(items, size)), ())


def snapshot(iterable: Iterable[Any]) -> Sequence[Any]:
    """Return the items as they are now; the caller may change the iterable afterwards."""
    if type(iterable) is tuple or type(iterable) is range:
        return iterable
    check_iterable("iterable", iterable)
    return list(iterable)


def feed_for(
    iterable: Iterable[Any],
    chunksize: int,
    snapshot_of: Callable[[Any], Any],
    nudge: Callable[[], None],
    wake: Callable[[], None],
) -> Feed:
    """Return the feed that suits the input.

    snapshot_of: returns a task as it is now; the input may change it before it yields the next.

    Exact types only: copying and slicing them runs no user code.
    """
    if type(iterable) in (list, tuple, range):
        return SequenceFeed(snapshot(iterable), chunksize)
    return ThreadFeed(iterable, chunksize, snapshot_of, nudge, wake)
