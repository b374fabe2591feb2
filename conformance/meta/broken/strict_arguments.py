"""Looks at arguments that it will not need, before it needs them."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("API-20", "DIFFERS", "initargs is no iterable"),
    Caught("CB-14", "DIFFERS", "callback cannot be called"),
    Caught("CHUNK-09", "DIFFERS", "chunksize is below 1"),
)


class Pool(multiprocessing.pool.Pool):
    """Refuses at once what may never matter."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        if not isinstance(initargs, Iterable):
            raise TypeError("initargs is no iterable")
        super().__init__(processes, initializer, initargs, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse a callback that cannot be called."""
        for name in ("callback", "error_callback"):
            if kwargs.get(name) is not None and not callable(kwargs[name]):
                raise TypeError(f"{name} cannot be called")
        return super().apply_async(*args, **kwargs)

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Refuse a chunksize below 1."""
        if chunksize is not None and chunksize < 1:
            raise ValueError("chunksize is below 1")
        return super().map(func, iterable, chunksize)
