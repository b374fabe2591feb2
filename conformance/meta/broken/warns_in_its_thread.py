"""Emits a warning in the thread that replaces workers."""

import multiprocessing.pool
import warnings
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SIG-02", "HANG", "HANG @ map"),)


class Pool(multiprocessing.pool.Pool):
    """Loses that thread where warnings are errors."""

    @staticmethod
    def _maintain_pool(*args: Any) -> None:
        if any(worker.exitcode is not None for worker in args[3]):
            warnings.warn("a worker is replaced", UserWarning, stacklevel=1)
        multiprocessing.pool.Pool._maintain_pool(*args)  # type: ignore[attr-defined]  # noqa: SLF001 - the original
