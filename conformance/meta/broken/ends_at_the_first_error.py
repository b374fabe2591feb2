"""Its iterators are generators, which end when an item raises."""

from collections.abc import Iterator
from typing import Any

from ..specimens import Caught
from ._wrapped import WrappingPool

CAUGHT = (
    Caught("IMAP-10", "FAIL", "the outcomes of imap"),
    Caught("PICKLE-02", "FAIL", "as the outcomes in order"),
)


class Pool(WrappingPool):
    """Loses all that follows a bad item."""

    def stream(self, stream: Any) -> Iterator[Any]:
        """Make it a generator."""
        return (result for result in stream)
