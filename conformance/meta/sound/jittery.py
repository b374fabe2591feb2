"""Workers sleep for a random while before they start."""

import multiprocessing.pool
import random
import time
from collections.abc import Callable, Iterable
from typing import Any


class _Late:
    def __init__(self, initializer: Callable[..., Any] | None) -> None:
        self.initializer = initializer

    def __call__(self, *args: Any) -> None:
        time.sleep(random.random() / 20)  # noqa: S311 - jitter is no secret
        if self.initializer:
            self.initializer(*args)


class Pool(multiprocessing.pool.Pool):
    """Its workers come up one after the other, in no order."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        super().__init__(processes, _Late(initializer), initargs, maxtasksperchild, context)
