"""Stops reading results when a map has failed."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-15", "HANG", "HANG @ join"),)


class Pool(multiprocessing.pool.Pool):
    """Sends its result thread home with the first error."""

    def map(self, *args: Any, **kwargs: Any) -> Any:
        """Stop the result thread on an error."""
        try:
            return super().map(*args, **kwargs)
        except Exception:
            self._result_handler._state = "TERMINATE"  # type: ignore[attr-defined]  # noqa: SLF001 - breaks it
            raise
