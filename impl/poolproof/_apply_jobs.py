"""A run of `apply` calls that follow one another, as one job with many handles.

Twenty thousand calls are twenty thousand tasks of one job: they share frames,
and cost no object but their handle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._jobs import Job, Settle, Span
from ._results import AsyncResult
from ._sizing import Sizer
from ._worker import APPLY_CALL_ID, apply_task


class ApplyJobs(Job):
    """Consecutive `apply` calls; task `n` is the n-th of them."""

    def __init__(self, sizer: Sizer, settle: Settle) -> None:
        super().__init__(APPLY_CALL_ID, apply_task, sizer)
        self._settle = settle
        self._tasks: list[Any] = []
        self._results: list[AsyncResult | None] = []
        self._drawn = 0
        self._open = 0

    def add(self, task: Any, result: AsyncResult) -> None:
        """Append a call."""
        self._tasks.append(task)
        self._results.append(result)
        self._open += 1

    def _draw(self, limit: int) -> Span | None:
        start = self._drawn
        tasks = self._tasks[start : start + limit]
        if not tasks:
            return None
        self._drawn += len(tasks)
        # The arguments live on in the frame only: they are released with it (bpo-29861).
        self._tasks[start : self._drawn] = [None] * len(tasks)
        return Span(start, tasks)

    def _undrawn(self) -> int | None:
        return len(self._tasks) - self._drawn

    def where(self, position: int) -> tuple[int, int]:
        result = self._results[position]
        return (result.job if result is not None else 0), 0

    def deliver(self, start: int, values: Sequence[Any]) -> None:
        for position, value in enumerate(values, start):
            self._settle_one(position, True, value)

    def fail(self, position: int, error: BaseException) -> None:
        self._settle_one(position, False, error)

    def _settle_one(self, position: int, success: bool, value: Any) -> None:
        result = self._results[position]
        if result is not None:
            self._results[position] = None
            self._open -= 1
            self._settle(result, success, value)

    def finished(self) -> bool:
        return not self._open

    def conclude(self) -> None:
        """Nothing: each handle was settled with its outcome."""

    def abandon(self, error: BaseException) -> None:
        for position in range(len(self._results)):
            self._settle_one(position, False, error)
