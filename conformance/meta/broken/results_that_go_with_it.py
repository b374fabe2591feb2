"""Gives no result out any more once it is closed or terminated."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-10", "FAIL", "raised RuntimeError"),)


class _Handle(Handle):
    def __init__(self, handle: Any, pool: "Pool") -> None:
        super().__init__(handle)
        self._owner = pool

    def get(self, timeout: float | None = None) -> Any:
        """Ask the pool first."""
        if self._owner.over:
            raise RuntimeError("the pool is gone")
        return super().get(timeout)


class Pool(WrappingPool):
    """Takes its results along."""

    over = False

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle, self)

    def close(self) -> None:
        """Close, and keep the results."""
        super().close()
        self.over = True
