"""Does nothing where terminate() is called from a callback."""

import multiprocessing.pool
import threading

from ..specimens import Caught

CAUGHT = (Caught("SHUT-26", "FAIL", "the workers to be stopped"),)


class Pool(multiprocessing.pool.Pool):
    """Is told to stop by the thread that it would have to stop."""

    def terminate(self) -> None:
        """Terminate, unless it is the thread of the callbacks that asks."""
        results = self._result_handler  # type: ignore[attr-defined]  # not in typeshed
        if threading.current_thread() is not results:
            super().terminate()
