"""Yields the results of imap and imap_unordered with the last first."""

from collections.abc import Iterator
from typing import Any

from ..specimens import Caught
from ._wrapped import WrappingPool

CAUGHT = (
    Caught("IMAP-01", "FAIL", "expected: what multiprocessing:Pool does"),
    Caught("IMAP-15", "FAIL", "the results of imap_unordered"),
)


class Pool(WrappingPool):
    """Piles the results up and takes them from the top."""

    def stream(self, stream: Any) -> Iterator[Any]:
        """Turn the results round."""
        return iter(list(stream)[::-1])
