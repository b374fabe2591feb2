"""Passes positional arguments only: those by name are lost on the way."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("APPLY-01", "FAIL", "what func got"),
    Caught("APPLY-02", "FAIL", "what func got"),
)


class Pool(multiprocessing.pool.Pool):
    """Has a protocol without room for names."""

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        *callbacks: Any,
    ) -> Any:
        """Submit half of the call; apply comes through here too."""
        del kwds
        return super().apply_async(func, args, {}, *callbacks)
