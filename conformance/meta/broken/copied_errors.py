"""Raises a copy of the error at each get(): better than the stdlib, and different."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-13", "DIFFERS", "3 objects"),)


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> Any:
        """Raise a new error of the same type."""
        try:
            return super().get(timeout)
        except Exception as error:  # noqa: BLE001 - whatever the task raised
            raise type(error)(*error.args) from None


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
