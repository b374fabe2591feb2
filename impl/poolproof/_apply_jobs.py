"""A run of `apply` calls that follow one another, as one job with many handles.

Twenty thousand calls are twenty thousand tasks of one job: they share frames,
and cost no object but their handle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ._channel import Body
from ._jobs import Job, Settle, Span, as_task_error
from ._results import AsyncResult
from ._sizing import Sizer
from ._worker import APPLY_CALL_ID, apply_task

RUN_CALLS = 10_000  # of one run: what it remembers of each is kept until all of them are over


class Call(NamedTuple):
    """One `apply`: what the worker gets, and the handle that gets its outcome.

    pickled: the list of the task alone, pickled, where the caller has done that already.
    """

    task: tuple[Callable[..., Any], Iterable[Any], Mapping[str, Any]]
    result: AsyncResult
    pickled: Body | None = None


class ApplyJobs(Job):
    """Consecutive `apply` calls; task `n` is the n-th of them."""

    kind = "apply"

    def __init__(self, sizer: Sizer, settle: Settle) -> None:
        super().__init__(APPLY_CALL_ID, apply_task, sizer)
        self._settle = settle
        self._calls: list[Call] = []
        #: of the calls that were handed out; of one that is settled, the id of its job
        self._results: list[AsyncResult | int] = []
        self._settled = 0
        self._abandoned = False
        #: append a call; the list's own method, because a flood of calls comes through here
        self.add = self._calls.append

    def _draw(self, limit: int) -> Span | None:
        start = len(self._results)
        calls = self._calls[:limit]
        if not calls:
            return None
        self._results.extend([call.result for call in calls])
        # The arguments live on in the frame only: they are released with it (bpo-29861).
        del self._calls[:limit]
        pickled = calls[0].pickled if len(calls) == 1 else None
        return Span(start, [call.task for call in calls], pickled)

    def _undrawn(self) -> int | None:
        return len(self._calls)

    def long(self) -> bool:
        """Tell whether it has had so many calls that the next ones should be another job."""
        return len(self._results) >= RUN_CALLS

    def where(self, position: int) -> tuple[int, int]:
        result = self._results[position]
        return (result if isinstance(result, int) else result.job), 0

    def deliver(self, start: int, values: Sequence[Any]) -> None:
        if self._abandoned:  # of a broken pool, a worker may yet end what it runs
            return
        for position, value in enumerate(values, start):
            self._show(position, True, value)

    def fail(self, position: int, error: BaseException) -> None:
        if not self._abandoned:
            self._show(position, False, as_task_error(error))

    def _show(self, position: int, success: bool, value: Any) -> None:
        """Settle the handle of a task and let go of it; its job's id stays, for a trace."""
        result = self._results[position]
        assert not isinstance(result, int), "a task has one outcome"
        if result.has_callback:
            self._settle(result, success, value)
        else:
            result.settle(success, value)
        self._results[position] = result.job
        self._settled += 1

    def finished(self) -> bool:
        return self._abandoned or (not self._calls and self._settled == len(self._results))

    def conclude(self) -> None:
        """Nothing: each handle was settled with its outcome."""

    def abandon(self, error: BaseException) -> None:
        self._abandoned = True
        undrawn = [call.result for call in self._calls]
        for result in [*self._results, *undrawn]:
            if isinstance(result, int):
                continue
            if result.has_callback:
                self._settle(result, False, error)
            else:
                result.settle(False, error)
        self._calls.clear()
