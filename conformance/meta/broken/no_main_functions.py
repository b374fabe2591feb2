"""Refuses the functions of the main module."""

import multiprocessing.pool
from collections.abc import Callable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("PICKLE-07", "FAIL", "not in an importable module"),)


class Pool(multiprocessing.pool.Pool):
    """Its workers never import the program."""

    def apply(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run one task of a module that can be imported by name."""
        if func.__module__ == "__main__":
            raise AttributeError(f"{func.__name__} is not in an importable module")
        return super().apply(func, *args, **kwargs)
