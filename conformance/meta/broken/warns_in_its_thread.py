"""Emits a warning in the thread that replaces workers."""

import multiprocessing.pool
import threading
import warnings
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SIG-02", "HANG", "HANG @ map"),)


class Pool(multiprocessing.pool.Pool):
    """Loses that thread where warnings are errors."""

    @staticmethod
    def Process(ctx: Any, *args: Any, **kwds: Any) -> Any:  # noqa: N802 - the stdlib's name
        """Make a worker, and warn of a replacement."""
        if threading.current_thread() is not threading.main_thread():
            warnings.warn("a worker is replaced", UserWarning, stacklevel=1)
        return ctx.Process(*args, **kwds)
