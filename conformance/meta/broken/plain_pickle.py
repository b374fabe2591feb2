"""Refuses arguments that the plain pickle module cannot carry."""

import multiprocessing.pool
import pickle
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("PICKLE-19", "DIFFERS", "as what came back"),)


class Pool(multiprocessing.pool.Pool):
    """Knows nothing of the reductions that libraries register."""

    def apply(
        self, func: Callable[..., Any], args: Iterable[Any] = (), *more: Any, **kwargs: Any
    ) -> Any:
        """Pickle the arguments once, to see whether they can be."""
        return super().apply(func, pickle.loads(pickle.dumps(args)), *more, **kwargs)
