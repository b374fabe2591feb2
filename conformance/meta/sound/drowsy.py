"""Workers sleep for a random while before each task."""

import multiprocessing.pool
import random
import time
from collections.abc import Callable
from typing import Any

_LONGEST_S = 0.005  # some clauses take a hundred results within a deadline


class _Drowsy:
    """Calls a function, a while later."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func

    def __call__(self, /, *args: Any, **kwds: Any) -> Any:
        time.sleep(random.random() * _LONGEST_S)  # noqa: S311 - jitter is no secret
        return self._func(*args, **kwds)


class Pool(multiprocessing.pool.Pool):
    """Its results arrive in no order that anybody could foresee."""

    def apply_async(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Submit a drowsy task; apply comes through here too."""
        return super().apply_async(_Drowsy(func), *args, **kwargs)

    def imap(self, func: Callable[[Any], Any], *args: Any, **kwargs: Any) -> Any:
        """Submit drowsy tasks."""
        return super().imap(_Drowsy(func), *args, **kwargs)

    def imap_unordered(self, func: Callable[[Any], Any], *args: Any, **kwargs: Any) -> Any:
        """Submit drowsy tasks."""
        return super().imap_unordered(_Drowsy(func), *args, **kwargs)
