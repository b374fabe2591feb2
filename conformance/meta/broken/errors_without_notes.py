"""Loses the notes of an error on its way."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ERR-05", "FAIL", "the notes of the error"),)


class Pool(multiprocessing.pool.Pool):
    """Sends the type and the arguments of an error, and nothing else."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task; its error comes without notes."""
        try:
            return super().apply(*args, **kwargs)
        except Exception as error:
            error.__notes__ = []
            raise
