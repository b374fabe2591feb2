"""Its handles are always ready and always successful."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (
    Caught("RES-06", "FAIL", "ready() while the task runs"),
    Caught("RES-07", "FAIL", "successful() of raise_for"),
    Caught("RES-08", "FAIL", "ValueError to be raised"),
)


class _Handle(Handle):
    def ready(self) -> bool:
        """Say yes."""
        return True

    def successful(self) -> bool:
        """Say yes."""
        return True


class Pool(WrappingPool):
    """Hands out such handles."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)
