"""Dask's local cluster behind the Pool API, through the executor that its client hands out.

Tasks are declared impure: a pool runs each call, Dask would answer a repeated one from memory.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .futures import Task
from .process_pool_executor import ExecutorPool


class DaskPool(ExecutorPool):
    """The face of a Dask client that owns its cluster.

    Guarantees: as thread-safe as the client; adds no state of its own.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client.get_executor(pure=False))
        self._client = client

    def _map(
        self, func: Task, iterables: Iterable[Iterable[Any]], chunksize: int | None
    ) -> Iterator[Any]:
        # Dask refuses iterators: it wants to see the whole input before it starts.
        return super()._map(func, [list(iterable) for iterable in iterables], chunksize)

    def join(self) -> None:
        """Let the jobs under way end, then the workers and the scheduler."""
        if self._client.status != "closed":
            super().join()
            self.terminate()

    def terminate(self) -> None:
        """Close the client, its workers and its scheduler."""
        self._client.close()
        self._client.cluster.close()


def open_pool(target: Callable[..., Any], processes: int | None, start_method: str) -> DaskPool:
    """Return a client of a new cluster of single-threaded workers on this machine, with a face."""
    config = importlib.import_module("dask").config
    with config.set({"distributed.worker.multiprocessing-method": start_method}):
        return DaskPool(target(n_workers=processes, threads_per_worker=1, dashboard_address=None))
