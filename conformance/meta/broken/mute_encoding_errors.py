"""Says that a result could not be pickled, but neither which nor why."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("PICKLE-05", "FAIL", "as exc:"),)


class Pool(multiprocessing.pool.Pool):
    """Keeps the details to itself."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task; empty the error of its result."""
        try:
            return super().apply(*args, **kwargs)
        except multiprocessing.pool.MaybeEncodingError as error:  # type: ignore[attr-defined]  # typeshed leaves it out
            error.exc = error.value = ""
            raise
