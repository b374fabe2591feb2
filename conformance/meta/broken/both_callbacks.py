"""Calls the callback of a job that failed as well, with None."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("CB-04", "FAIL", "(results, errors)"),)


class Pool(multiprocessing.pool.Pool):
    """Takes the callback for a notice that the job has ended."""

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = MappingProxyType({}),
        callback: Callable[[Any], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> Any:
        """Submit with an error_callback that calls both."""

        def both(error: BaseException) -> None:
            if callback is not None:
                callback(None)
            if error_callback is not None:
                error_callback(error)

        return super().apply_async(func, args, dict(kwds), callback, both)
