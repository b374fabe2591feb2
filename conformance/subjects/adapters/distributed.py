"""Dask's local cluster behind the Pool API, through the executor that its client hands out.

Tasks are declared impure: a pool runs each call, Dask would answer a repeated one from memory.
"""

import functools
import importlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.util import Finalize
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
        whole = [list(iterable) for iterable in iterables]
        # It refuses none at all too, and a starmap over nothing has none to give it.
        return super()._map(func, whole or [[]], chunksize)

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
    options = {
        "distributed.worker.multiprocessing-method": start_method,
        "temporary-directory": _scratch_space(),
    }
    with config.set(options):
        return DaskPool(target(n_workers=processes, threads_per_worker=1, dashboard_address=None))


def release() -> None:
    """End the thread that serializes for every client of this process."""
    utils = importlib.import_module("distributed.utils")
    utils._offload_executor.shutdown()  # noqa: SLF001 - no public name


@functools.cache
def _scratch_space() -> str:
    """Return a folder that goes with this process: Dask leaves its own for the next cluster."""
    folder = tempfile.mkdtemp(prefix="dask-")
    # No exit function: a child of multiprocessing runs none, but finalizers.
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0)
    return folder
