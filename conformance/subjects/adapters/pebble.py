"""`pebble.ProcessPool` behind the Pool API."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from .futures import Future, FuturesPool, Task


class _Results:
    """The iterator of a pebble map, for which pebble waits until the first chunk is done.

    Guarantees: as thread-safe as that iterator; adds no state of its own.
    """

    def __init__(self, future: Any) -> None:
        self._future = future

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._future.result())


class PebblePool(FuturesPool):
    """The face of a pebble pool, which has close, stop and join of its own.

    Guarantees: as thread-safe as the pool; adds no state of its own.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def _submit(self, func: Task, args: tuple[Any, ...], kwds: Mapping[str, Any]) -> Future:
        future: Future = self._pool.schedule(func, args=args, kwargs=kwds)
        return future

    def _map(
        self, func: Task, iterables: Iterable[Iterable[Any]], chunksize: int | None
    ) -> Iterator[Any]:
        options = {} if chunksize is None else {"chunksize": chunksize}
        return _Results(self._pool.map(func, *iterables, **options))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.__exit__(kind, error, traceback)

    def close(self) -> None:
        """Refuse new jobs; let those under way end."""
        self._pool.close()

    def join(self) -> None:
        """Wait until the workers have ended."""
        self._pool.join()

    def terminate(self) -> None:
        """Stop without running what is pending."""
        self._pool.stop()


def open_pool(
    target: Callable[..., Any],
    processes: int | None,
    start_method: str,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
    maxtasksperchild: int | None = None,
) -> PebblePool:
    """Return the pool with a face; pebble counts a chunk as one task, as the stdlib does."""
    options = {"max_workers": processes, "max_tasks": maxtasksperchild}
    return PebblePool(
        target(
            initializer=initializer,
            initargs=tuple(initargs),
            context=multiprocessing.get_context(start_method),
            **{name: value for name, value in options.items() if value is not None},
        )
    )
