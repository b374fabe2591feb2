"""Is slow to take a job: a hundred times slower than the stdlib's pool."""

import multiprocessing.pool
import time
from typing import Any

_LONGER_S = 0.005  # a clause submits four hundred jobs within a deadline
_MUCH_LONGER_S = 0.1


class Pool(multiprocessing.pool.Pool):
    """Thinks before it acts."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Sleep, then map."""
        time.sleep(_MUCH_LONGER_S)
        return super().map(*args, **kwargs)

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Sleep, then submit."""
        time.sleep(_MUCH_LONGER_S)
        return super().map_async(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Sleep, then submit; apply comes through here too."""
        time.sleep(_LONGER_S)
        return super().apply_async(*args, **kwargs)
