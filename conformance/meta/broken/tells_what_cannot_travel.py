"""Names the exception of a task in the place of one that cannot be pickled."""

import multiprocessing.pool
import pickle
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("DIAG-12", "DIFFERS", "neither the type nor the message"),)


class _Telling:
    """Calls a function; an error of it that cannot be pickled is told in words."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func

    def __call__(self, /, *args: Any, **kwds: Any) -> Any:
        try:
            return self._func(*args, **kwds)
        except Exception as error:
            try:
                pickle.dumps(error)
            except Exception:  # noqa: BLE001 - its own pickling may raise anything
                raise RuntimeError(f"{type(error).__name__}: {error}") from None
            raise


class Pool(multiprocessing.pool.Pool):
    """Is better than the stdlib here."""

    def apply(
        self, func: Callable[..., Any], args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}
    ) -> Any:
        """Run one task, and tell what went wrong with it."""
        return super().apply(_Telling(func), args, kwds)
