"""Says in words of its own that it does not run."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("DIAG-13", "DIFFERS", "as the text of the error"),)


class Pool(multiprocessing.pool.Pool):
    """Is closed, and says so."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task, if it runs."""
        try:
            return super().apply(*args, **kwargs)
        except ValueError as error:
            if str(error) != "Pool not running":
                raise
            raise ValueError("this pool is closed") from None
