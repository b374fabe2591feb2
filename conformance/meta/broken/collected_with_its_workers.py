"""Kills its workers when it is collected, in whatever process that is."""

import multiprocessing.pool
import os
import signal

from ..specimens import Caught

CAUGHT = (Caught("SIG-13", "DIFFERS", "@ apply"),)


class Pool(multiprocessing.pool.Pool):
    """Knows no difference between a parent and its fork."""

    def __del__(self) -> None:
        for worker in self._pool:  # type: ignore[attr-defined]  # not in typeshed
            os.kill(worker.pid, signal.SIGKILL)
