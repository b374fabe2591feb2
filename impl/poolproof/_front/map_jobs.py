"""`map`, `starmap` and their async forms: one list, or the first error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from .feed import in_chunks
from .jobs import Job, Settle, Span, as_task_error
from .packing import Packer
from .results import MapResult
from .sizing import Sizer


class MapJob(Job):
    """All items of one call.

    The job waits for every task also after an error (bpo-23992), and of
    several errors it raises the one of the earliest item.
    """

    kind = "map"
    exact = False  # one lost item fails the job, so the others' values need not survive

    def __init__(
        self,
        result: MapResult[Any],
        call: Callable[[Any], Any],
        items: Sequence[Any],
        chunksize: int,
        settle: Settle,
        per_unit: int,
    ) -> None:
        super().__init__(result.pool_job, Packer(call, per_unit), Sizer(sharing=per_unit > 1))
        self._result = result
        self._items = items
        self._chunksize = chunksize
        self._settle = settle
        self._values: list[Any] = [None] * len(items)
        self._total = result.pool_left = -(-len(items) // chunksize)
        self._drawn = 0
        self._error: tuple[int, BaseException] | None = None

    def _draw(self, limit: int) -> Span | None:
        start = self._drawn
        count = min(limit, self._total - start)
        if not count:
            return None
        # One unit is one pickle, whatever is in it, and one load of a carried callable; otherwise
        # not for frames of half the size or less.
        if (per_unit := self.packer.per_unit) > 1:
            of_unit = per_unit - start % per_unit
            if 2 * of_unit >= count or self.packer.carried:
                count = min(count, of_unit)
        self._drawn += count
        return Span(start, in_chunks(self._items, start, count, self._chunksize))

    def _undrawn(self) -> int | None:
        return self._total - self._drawn

    def where(self, position: int) -> tuple[int, int]:
        return self._result.pool_job, position * self._chunksize

    def deliver(self, start: int, values: Sequence[Any]) -> None:
        self._result.pool_left -= len(values)
        first = start * self._chunksize
        flat = list(chain.from_iterable(values)) if self._chunksize > 1 else values
        self._values[first : first + len(flat)] = flat

    def fail(self, position: int, error: BaseException) -> None:
        self._result.pool_left -= 1
        if self._error is None or position < self._error[0]:
            self._error = (position, error)

    def forfeit(self, start: int, count: int) -> None:  # noqa: ARG002  where does not matter
        # The job fails with the item its worker died on; the list will not be shown.
        self._result.pool_left -= count

    def finished(self) -> bool:
        return not self._result.pool_left

    def conclude(self) -> None:
        values, self._values, self._items = self._values, [], ()
        if self._error is None:
            self._settle(self._result, True, values)
        else:
            self._settle(self._result, False, as_task_error(self._error[1]))

    def abandon(self, error: BaseException) -> None:
        self._settle(self._result, False, error)
