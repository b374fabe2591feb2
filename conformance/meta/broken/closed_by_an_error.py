"""Takes no job any more once one has failed."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("PICKLE-03", "FAIL", "Pool not running"),)


class Pool(multiprocessing.pool.Pool):
    """Closes at the first error."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task; its error is the pool's end."""
        try:
            return super().apply(*args, **kwargs)
        except Exception:
            self.close()
            raise
