"""`loky.ProcessPoolExecutor` behind the Pool API, on loky's own start method."""

import concurrent.futures
import importlib
from collections.abc import Callable, Iterable
from typing import Any

from .process_pool_executor import ExecutorPool


class LokyPool(ExecutorPool):
    """The face of a loky executor, which unlike the stdlib's can kill its workers.

    Guarantees: as thread-safe as the executor; adds no state of its own.
    """

    def __init__(self, executor: concurrent.futures.Executor) -> None:
        super().__init__(executor)
        self._kill: Callable[..., None] = executor.shutdown

    def terminate(self) -> None:
        """Kill the workers; what they were running ends with loky's own error."""
        self._kill(wait=True, kill_workers=True)


def open_pool(
    target: Callable[..., concurrent.futures.Executor],
    processes: int | None,
    start_method: str,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
) -> LokyPool:
    """Return the executor with a face."""
    return LokyPool(
        target(
            max_workers=processes,
            context=importlib.import_module("loky.backend").get_context(start_method),
            initializer=initializer,
            initargs=tuple(initargs),
        )
    )
