"""Keeps the order of the input in imap_unordered too."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("IMAP-18", "DIFFERS", "@ iterate"),)


class Pool(multiprocessing.pool.Pool):
    """Has one kind of iterator."""

    def imap_unordered(self, *args: Any, **kwargs: Any) -> Any:
        """Be imap."""
        return self.imap(*args, **kwargs)
