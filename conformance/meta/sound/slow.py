"""Takes a tenth of a second more for every call."""

import multiprocessing.pool
import time
from typing import Any


class Pool(multiprocessing.pool.Pool):
    """Slow to take a job."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Sleep, then map."""
        time.sleep(0.1)
        return super().map(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Sleep, then submit."""
        time.sleep(0.1)
        return super().apply_async(*args, **kwargs)
