"""Stops reading results when the first item of a map has failed."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-15", "HANG", "HANG @ join"),)


class Pool(multiprocessing.pool.Pool):
    """Sends its result thread home with the first error."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,  # noqa: ARG002 - the stdlib's signature
    ) -> list[Any]:
        """Stop the result thread on an error."""
        try:
            return list(self.imap(func, iterable))
        except Exception:
            self._result_handler._state = "TERMINATE"  # type: ignore[attr-defined]  # noqa: SLF001 - breaks it
            raise
