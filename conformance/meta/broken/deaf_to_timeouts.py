"""Waits for a result however long it takes, whatever the timeout."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, Stream, WrappingPool

CAUGHT = (
    Caught("IMAP-08", "HANG", "HANG @ iterate"),
    Caught("RES-02", "HANG", "HANG @ get"),
    Caught("RES-05", "HANG", "HANG @ wait"),
)


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> Any:  # noqa: ARG002 - it is the flaw
        """Wait for the result."""
        return self._handle.get()

    def wait(self, timeout: float | None = None) -> None:  # noqa: ARG002 - it is the flaw
        """Wait for the result."""
        self._handle.wait()


class _Stream(Stream):
    def next(self, timeout: float | None = None) -> Any:  # noqa: ARG002 - it is the flaw
        """Wait for the result."""
        return next(self._stream)


class Pool(WrappingPool):
    """Hands out handles and iterators that do not listen."""

    def handle(self, handle: Any) -> Handle:
        """Wrap it."""
        return _Handle(handle)

    def stream(self, stream: Any) -> Stream:
        """Wrap it."""
        return _Stream(stream)
