"""Waits with select(), which cannot see a file descriptor above 1023."""

import multiprocessing.pool
import select
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-16", "FAIL", "out of range in select()"),)


class Pool(multiprocessing.pool.Pool):
    """Looks for results in the old way."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Look once, then map."""
        results = self._outqueue._reader  # type: ignore[attr-defined]  # noqa: SLF001 - not in typeshed; its own
        select.select([results], [], [], 0)
        return super().map(*args, **kwargs)
