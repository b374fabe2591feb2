"""A run of `apply` calls that follow one another, as one job with many handles.

Twenty thousand calls are twenty thousand tasks of one job: they share frames,
and cost no object but their handle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._wire.calls import APPLY_CALL_ID, apply_task
from .._wire.channel import Body
from .._wire.sharing import plain_calls
from .jobs import Job, Settle, Span, as_task_error
from .packing import Packer
from .results import AsyncResult
from .sizing import Sizer

_PACKER = Packer(apply_task, 1, plain_calls)  # of all: such a callable it need not remember
RUN_CALLS = 10_000  # of one run: what it remembers of each is kept until all of them are over


class ApplyJobs(Job):
    """Consecutive `apply` calls; task `n` is the n-th of them."""

    kind = "apply"

    def __init__(self, sizer: Sizer, settle: Settle) -> None:
        super().__init__(APPLY_CALL_ID, _PACKER, sizer)
        self._settle = settle
        self._calls: list[AsyncResult[Any]] = []
        #: the list of its task, pickled, where it has one call and the caller has done that already
        self.pickled: Body | None = None
        #: of the calls that were handed out; of one that is settled, the id of its job
        self._results: list[AsyncResult[Any] | int] = []
        self._settled = 0
        self._abandoned = False
        #: append the handle of a call, with its task; the list's own method, because a flood of
        #: calls comes through here
        self.add = self._calls.append

    def _draw(self, limit: int) -> Span | None:
        start = len(self._results)
        calls = self._calls[:limit]
        if not calls:
            return None
        self._results.extend(calls)
        del self._calls[:limit]
        tasks = [call.pool_call for call in calls]
        for call in calls:  # the arguments live on in the frame only (bpo-29861)
            call.pool_call = None
        return Span(start, tasks, self.pickled)

    def _undrawn(self) -> int | None:
        return len(self._calls)

    def long(self) -> bool:
        """Tell whether it has had so many calls that the next ones should be another job."""
        return len(self._results) >= RUN_CALLS

    def where(self, position: int) -> tuple[int, int]:
        result = self._results[position]
        return (result if isinstance(result, int) else result.pool_job), 0

    def deliver(self, start: int, values: Sequence[Any]) -> None:
        if self._abandoned:  # of a broken pool, a worker may yet end what it runs
            return
        results: list[Any] = self._results
        for position, value in enumerate(values, start):
            result = results[position]
            if result.has_callback:
                self._settle(result, True, value)
            else:  # a flood of outcomes comes through here
                result.settle(True, value)
            results[position] = result.pool_job
        self._settled += len(values)

    def fail(self, position: int, error: BaseException) -> None:
        if self._abandoned:
            return
        result = self._results[position]
        assert not isinstance(result, int), "a task has one outcome"
        self._settle(result, False, as_task_error(error))
        self._results[position] = result.pool_job
        self._settled += 1

    def finished(self) -> bool:
        return self._abandoned or (not self._calls and self._settled == len(self._results))

    def conclude(self) -> None:
        """Nothing: each handle was settled with its outcome."""

    def abandon(self, error: BaseException) -> None:
        self._abandoned = True
        for result in [*self._results, *self._calls]:
            if not isinstance(result, int):
                self._settle(result, False, error)
        self._calls.clear()
