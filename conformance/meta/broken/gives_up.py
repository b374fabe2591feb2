"""Forgets a result for which somebody has given up waiting."""

import multiprocessing
from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, Stream, WrappingPool

CAUGHT = (
    Caught("IMAP-09", "FAIL", "the results of imap"),
    Caught("RES-04", "FAIL", "raised TimeoutError"),
)


class _Handle(Handle):
    given_up = False

    def get(self, timeout: float | None = None) -> Any:
        """Time out once and for all."""
        if self.given_up:
            raise multiprocessing.TimeoutError
        try:
            return super().get(timeout)
        except multiprocessing.TimeoutError:
            self.given_up = True
            raise


class _Stream(Stream):
    missed = 0

    def next(self, timeout: float | None = None) -> Any:
        """Skip a result for each timeout that passed."""
        try:
            while timeout is None and self.missed:
                next(self._stream)
                self.missed -= 1
            return super().next(timeout)
        except multiprocessing.TimeoutError:
            self.missed += 1
            raise


class Pool(WrappingPool):
    """Hands out handles and iterators that take a timeout for an end."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)

    def stream(self, stream: Any) -> Stream:
        """Wrap it."""
        return _Stream(stream)
