"""`concurrent.futures.ProcessPoolExecutor` behind the Pool API."""

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .futures import Future, FuturesPool, Task


class ExecutorPool(FuturesPool):
    """The face of any `concurrent.futures.Executor`.

    It has no `close`: after `shutdown(wait=False)` an executor can no longer be waited for.

    Guarantees: as thread-safe as the executor; adds no state of its own.
    """

    def __init__(self, executor: concurrent.futures.Executor) -> None:
        self._executor = executor

    def _submit(self, func: Task, args: tuple[Any, ...], kwds: Mapping[str, Any]) -> Future:
        return self._executor.submit(func, *args, **kwds)

    def _map(
        self, func: Task, iterables: Iterable[Iterable[Any]], chunksize: int | None
    ) -> Iterator[Any]:
        options = {} if chunksize is None else {"chunksize": chunksize}
        return self._executor.map(func, *iterables, **options)

    def join(self) -> None:
        """Refuse new jobs, let those under way end, then the workers."""
        self._executor.shutdown(wait=True)


def open_pool(
    target: type[concurrent.futures.ProcessPoolExecutor],
    processes: int | None,
    start_method: str,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
    maxtasksperchild: int | None = None,
) -> ExecutorPool:
    """Return the executor with a face; it refuses `maxtasksperchild` under fork (ValueError)."""
    return ExecutorPool(
        target(
            max_workers=processes,
            mp_context=multiprocessing.get_context(start_method),
            initializer=initializer,
            initargs=tuple(initargs),
            max_tasks_per_child=maxtasksperchild,
        )
    )
