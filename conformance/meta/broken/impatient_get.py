"""Its get() does not wait: where there is no result yet, it returns None."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-01", "FAIL", "the outcome of get()"),)


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> Any:
        """Return what is there now."""
        return super().get(timeout) if self.ready() else None


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
