"""Its wait() raises what get() would raise."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-05", "FAIL", "raised TimeoutError"),)


class _Handle(Handle):
    def wait(self, timeout: float | None = None) -> None:
        """Get the result."""
        self.get(timeout)


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
