"""Calls the parameter `kwds` of apply `kwargs`."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-03", "FAIL", "unexpected keyword argument 'kwds'"),)


class Pool(multiprocessing.pool.Pool):
    """Likes its own names better."""

    def apply(  # type: ignore[override]  # that is what is wrong
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run one task."""
        return super().apply(func, args, kwargs or {})
