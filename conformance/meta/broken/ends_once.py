"""Its iterators say once that they are at their end; asked again they return None."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Stream, WrappingPool

CAUGHT = (Caught("IMAP-06", "FAIL", "StopIteration to be raised"),)


class _Stream(Stream):
    ended = False

    def next(self, timeout: float | None = None) -> Any:
        """Raise StopIteration no second time."""
        try:
            return super().next(timeout)
        except StopIteration:
            if self.ended:
                return None
            self.ended = True
            raise


class Pool(WrappingPool):
    """Hands out such iterators."""

    def stream(self, stream: Any) -> Stream:
        """Wrap it."""
        return _Stream(stream)
