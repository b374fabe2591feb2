"""Its handles answer get() with None once the pool is closed or terminated."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("SEQ-01", "FAIL", "what Get(job="),)


class _Handle(Handle):
    def __init__(self, handle: Any, pool: "Pool") -> None:
        super().__init__(handle)
        self._pool = pool

    def get(self, timeout: float | None = None) -> Any:
        """Ask for the result while the pool runs."""
        return super().get(timeout) if self._pool.runs() else None


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle, self)

    def runs(self) -> bool:
        """Return whether it takes jobs."""
        return bool(self._state == multiprocessing.pool.RUN)  # type: ignore[attr-defined]  # not in typeshed
