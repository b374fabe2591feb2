"""Gives the result of a call once the call after it has ended."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("RES-14", "HANG", "HANG @ get"),)


class _Following(Handle):
    """Waits for what follows it."""

    next: Any = None

    def get(self, timeout: float | None = None) -> Any:
        """Wait for the next call, then pass it on."""
        if self.next is not None:
            self.next.wait()
        return super().get(timeout)


class Pool(WrappingPool):
    """Reads its results two by two."""

    _last: Any = None

    def handle(self, handle: Any) -> Any:
        """Chain the handles."""
        following = _Following(handle)
        if self._last is not None:
            self._last.next = following
        self._last = following
        return following
