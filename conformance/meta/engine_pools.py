"""Pools on a runtime of their own, which has to be up before any pool: for `test_engines`."""

import os
import subprocess
import sys
import threading
from multiprocessing.pool import Pool as WholePool
from multiprocessing.pool import ThreadPool
from pathlib import Path
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
    """Needs the runtime."""

    def __init__(self, processes: int | None = None, **options: Any) -> None:
        if not _RUNNING:
            raise RuntimeError("expected the runtime to be up: nobody has prepared it")
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


STEPS = "POOLPROOF_META_STEPS"
"""Names the environment variable with the file that `Noting` writes its steps to."""


def _note(step: str) -> None:
    with Path(os.environ[STEPS]).open("a", encoding="ascii") as steps:
        steps.write(f"{os.getpid()} {step}\n")


@declares(**_THREADS, prepare=lambda: _note("prepare"), release=lambda: _note("release"))
class Noting(ThreadPool):
    """Is wrong in `map`, lacks `starmap`, and notes when it is prepared and released."""

    starmap: Any = property()  # asked for it, raises AttributeError

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the results round."""
        return super().map(*args, **kwargs)[::-1]


_spoilt: list[bool] = []


def _refuse_if_spoilt() -> None:
    _stop()
    if _spoilt:
        raise RuntimeError("the mill is spoilt")


@declares(**_THREADS, prepare=_start, release=_refuse_if_spoilt)
class Spoilt(Reversed):
    """Is wrong in `map`, and has a runtime that does not end as it should from then on."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the results round, and spoil the runtime where that shows."""
        turned = super().map(*args, **kwargs)
        if turned != turned[::-1]:
            _spoilt.append(True)
        return turned


def _hang_if_spoilt() -> None:
    _stop()
    if _spoilt:
        threading.Event().wait()


@declares(**_THREADS, prepare=_start, release=_hang_if_spoilt)
class Wedged(Spoilt):
    """Is wrong in `map`, and has a runtime that does not end from then on."""


def _refuse() -> None:
    raise RuntimeError("the mill is down")


def _refuse_to_stop() -> None:
    _stop()
    raise RuntimeError("the mill cannot be stopped")


@declares(**_THREADS, prepare=_refuse, release=_stop)
class Unready(Pool):
    """Has a runtime that does not start."""


@declares(**_THREADS, prepare=_start, release=_refuse_to_stop)
class Unstoppable(Pool):
    """Has a runtime that does not end as it should."""


def _start_once() -> None:
    if _RUNNING:
        raise RuntimeError("expected one prepare a class of tests")
    _start()


def _stop_what_runs() -> None:
    if not _RUNNING:
        raise RuntimeError("expected a release behind a prepare only")
    _stop()


@declares(prepare=_start_once, release=_stop_what_runs)
class Processes(WholePool):
    """A Pool that needs the runtime, and whose steps are as strict as a user's may be."""

    def __init__(self, *args: Any, **options: Any) -> None:
        if not _RUNNING:
            raise RuntimeError("expected the runtime to be up: nobody has prepared it")
        super().__init__(*args, **options)
