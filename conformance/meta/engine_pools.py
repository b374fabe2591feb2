"""Pools on a runtime of their own, which has to be up before any pool: for `test_engines`."""

import subprocess
import sys
from multiprocessing.pool import ThreadPool
from typing import Any

from ..subjects import declares

_RUNNING: list[subprocess.Popen[bytes]] = []
_THREADS: dict[str, Any] = {
    "start_methods": ("mill",),
    "maxtasksperchild": False,
    "processes": False,
    "kills": False,
    "children": False,
    "by_reference": False,
    "pool_errors": False,
}


def _start() -> None:
    command = [sys.executable, "-S", "-c", "import signal; signal.pause()  # a runtime"]
    _RUNNING.append(subprocess.Popen(command))


def _stop() -> None:
    while _RUNNING:
        with _RUNNING.pop() as runtime:
            runtime.terminate()


@declares(**_THREADS, prepare=_start, release=_stop)
class Pool(ThreadPool):
    """Needs the runtime, and starts it where it is not up yet: a smoke test prepares nothing."""

    def __init__(self, processes: int | None = None, **options: Any) -> None:
        if not _RUNNING:
            _start()
        super().__init__(processes, **options)


@declares(**_THREADS, prepare=_start)
class Forgetful(Pool):
    """Leaves its runtime behind."""


@declares(**_THREADS, prepare=_start, release=_stop)
class Reversed(Pool):
    """Is wrong, on its own start method."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the results round."""
        return super().map(*args, **kwargs)[::-1]
