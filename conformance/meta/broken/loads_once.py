"""Loads a call once a worker: the same bytes are the same objects to it."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ..specimens import Caught
from ._loading import loaded_once

CAUGHT = (
    Caught("PICKLE-20", "FAIL", "what the tasks of apply_async took"),
    Caught("PICKLE-21", "FAIL", "what the tasks of apply_async returned"),
)


def _call(data: bytes) -> Any:
    func, args, kwds = loaded_once(data)
    return func(*args, **kwds)


class Pool(multiprocessing.pool.Pool):
    """Has its workers keep what they have loaded."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Pass it on: only what is not waited for is called often."""
        return super().apply_async(*args, **kwargs).get()

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] | None = None,
        *more: Any,
        **kwargs: Any,
    ) -> Any:
        """Send bytes."""
        data = bytes(ForkingPickler.dumps((func, args, kwds or {})))
        return super().apply_async(_call, (data,), {}, *more, **kwargs)
