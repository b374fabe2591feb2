"""A pool whose workers do something before the caller's initializer; for `broken` and `sound`."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any


class _Then:
    """An initializer that does one thing, and then calls the caller's own."""

    def __init__(self, first: Callable[[], object], initializer: Callable[..., Any] | None) -> None:
        self._first = first
        self._initializer = initializer

    def __call__(self, *args: Any) -> None:
        self._first()
        if self._initializer:
            self._initializer(*args)


class FirstThing(multiprocessing.pool.Pool):
    """The stdlib's pool, with something to do first."""

    @staticmethod
    def first() -> None:
        """Do it, in a worker that has just started."""

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
        both = _Then(self.first, initializer)
        super().__init__(processes, both, initargs, maxtasksperchild, context)
