"""Ends the program with exit code 0 when a worker fails before it could run a task."""

import multiprocessing.pool
import os
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("LIFE-09", "FAIL", "an exit code that is not 0", "spawn"),)
_LOOK_S = 0.02


class Pool(multiprocessing.pool.Pool):
    """Has nothing to say, and says it to the shell."""

    def map(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for the results, or for the first worker that ends with an error."""
        workers = list(self._pool)  # type: ignore[attr-defined]  # not in typeshed
        job = self.map_async(*args, **kwargs)
        while not job.ready():
            if any(worker.exitcode for worker in workers):
                os._exit(0)
            job.wait(_LOOK_S)
        return job.get()
