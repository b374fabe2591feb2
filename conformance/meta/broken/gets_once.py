"""Its get() returns the result once, and None from then on."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-09", "FAIL", "the result"),)


class _Handle(Handle):
    taken = False

    def get(self, timeout: float | None = None) -> Any:
        """Hand the result over."""
        if self.taken:
            return None
        self.taken = True
        return super().get(timeout)


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
