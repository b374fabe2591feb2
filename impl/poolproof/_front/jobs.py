"""Jobs: what a public call asks for, as the dispatcher sees it.

A job hands out tasks and takes back their outcomes.  What it knows nothing
about: workers, processes, pipes.  Every method is called by the dispatcher's
thread alone, once the job has been submitted.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from bisect import insort
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._wire.channel import Body
from .packing import Packer
from .sizing import Sizer

#: hands an outcome to the thread that runs callbacks, or settles at once
Settle = Callable[[Any, bool, Any], None]


class Span(NamedTuple):
    """Some consecutive tasks of a job.

    start: position of the first task.
    tasks: what the worker's callable is called with: one item, or one chunk.
    pickled: the tasks' pickle, where there is one already.
    """

    start: int
    tasks: Sequence[Any]
    pickled: Body | None = None


class Job(ABC):
    """What all jobs have in common: handing out tasks, and taking them back.

    call_id: names the callable on its way to the workers.
    packer:  pickles what a worker calls with each task, and the tasks.
    exact:   each outcome counts by itself, even from a worker that dies.
    """

    #: name of the call, for people
    kind = ""
    exact = True

    def __init__(self, call_id: int, packer: Packer, sizer: Sizer) -> None:
        self.call_id = call_id
        self.packer = packer
        self.sizer = sizer
        #: its place among the jobs; the first come first
        self.order = 0
        #: its tasks wait for each other, and are handed out one by one (see `spares`)
        self.in_turn = False
        #: in the order of the input, as the next ones
        self._returned: deque[Span] = deque()
        #: tasks that must travel alone, because one of their frame could not be loaded
        self.suspects: deque[Span] = deque()

    def take(self, limit: int) -> Span | None:
        """Hand out up to `limit` tasks, returned ones first; None when there is none now."""
        if self.suspects and self.suspects[0].start == self.first_back():
            return self.suspects.popleft()
        if not self._returned:
            return self._draw(limit)
        span = self._returned.popleft()
        if len(span.tasks) > limit:
            self.give_back(Span(span.start + limit, span.tasks[limit:]))
            return Span(span.start, span.tasks[:limit])
        return span

    def give_back(self, span: Span) -> None:
        """Take back tasks that have not run."""
        if span.tasks:
            insort(self._returned, span, key=_start_of)

    def first_back(self) -> int | None:
        """Return the position of the first task that has come back, and is with no worker."""
        firsts = [back[0].start for back in (self.suspects, self._returned) if back]
        return min(firsts, default=None)

    def first_at_hand(self) -> int | None:
        """Return the position of the first task that is with no worker, and could be: or None.

        A job's input is handed out before that of later ones, unless it has to be read first.
        """
        return self.first_back()

    def hold_s(self) -> float:
        """Return how long later jobs should wait for the next task of this one, which has none."""
        return 0.0

    def suspect(self, span: Span) -> None:
        """Take back tasks one of which cannot be loaded in a worker."""
        alone = [Span(position, (task,)) for position, task in enumerate(span.tasks, span.start)]
        self.suspects = deque(heapq.merge(self.suspects, alone, key=_start_of))

    def left(self) -> int | None:
        """Tasks that no worker has, None when that cannot be known."""
        drawn = self._undrawn()
        if drawn is None:
            return None
        return drawn + sum(len(span.tasks) for span in self._returned) + len(self.suspects)

    @abstractmethod
    def _draw(self, limit: int) -> Span | None:
        """Hand out tasks of the input."""

    @abstractmethod
    def _undrawn(self) -> int | None:
        """Tasks of the input that were never handed out, None when unknown."""

    @abstractmethod
    def where(self, position: int) -> tuple[int, int]:
        """Return the job id and the item index of a task, for messages."""

    @abstractmethod
    def deliver(self, start: int, values: Sequence[Any]) -> None:
        """Take the values of tasks `start`, `start + 1`, ..."""

    @abstractmethod
    def fail(self, position: int, error: BaseException) -> None:
        """Take the error of one task."""

    def forfeit(self, start: int, count: int) -> None:
        """Tasks ran whose values died with their worker; a job that is exact has none such."""
        raise NotImplementedError(f"{type(self).__name__} is exact: no value may be lost")

    @abstractmethod
    def finished(self) -> bool:
        """Tell whether every task has its outcome."""

    @abstractmethod
    def conclude(self) -> None:
        """Settle what is not settled yet; called once, when finished."""

    @abstractmethod
    def abandon(self, error: BaseException) -> None:
        """Settle with `error` what has no outcome; nothing will be delivered any more."""


def _start_of(span: Span) -> int:
    return span.start


def as_task_error(error: BaseException) -> BaseException:
    """Return what a task's error is shown as.

    A StopIteration out of a task would end the caller's iteration without a
    word; as in a generator (PEP 479) it becomes a RuntimeError.
    """
    if issubclass(type(error), StopIteration):  # isinstance() asks the error, and that may raise
        shown = RuntimeError("task raised StopIteration")
        shown.__cause__ = error
        return shown
    return error
