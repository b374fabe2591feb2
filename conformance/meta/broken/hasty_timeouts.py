"""Gives up after half of the timeout."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-03", "FAIL", "TimeoutError after"),)


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> Any:
        """Wait half as long."""
        return super().get(None if timeout is None else timeout / 2)


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
