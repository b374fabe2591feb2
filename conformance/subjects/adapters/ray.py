"""`ray.util.multiprocessing.Pool`: it has the Pool API, but needs a cluster under it."""

import atexit
import importlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

_PROCESSORS = 4  # of a cluster at least: as many workers as most pools are opened with


def open_pool(
    target: Callable[..., Any], processes: int | None, _start_method: str, **options: Any
) -> Any:
    """Return Ray's own pool on a local cluster, which is started if there is none yet."""
    _start_cluster(processes or 1)
    return target(processes=processes, **options)


def prepare() -> None:
    """Start a local cluster."""
    _start_cluster(1)


def release() -> None:
    """Stop the local cluster."""
    importlib.import_module("ray").shutdown()


def _start_cluster(processes: int) -> None:
    """Start one that has a processor for each of `processes`, whatever the machine has.

    Ray refuses a pool of more workers than processors, where the stdlib's shares them.
    """
    ray = importlib.import_module("ray")
    if ray.is_initialized():
        return
    folder = tempfile.mkdtemp(prefix="ray-")  # sockets and logs, which Ray leaves behind
    atexit.register(_clear_away, folder)
    ray.init(
        num_cpus=max(processes, os.cpu_count() or 1, _PROCESSORS),
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _temp_dir=folder,
    )


def _clear_away(folder: str) -> None:
    """Remove the folder once nothing writes into it: Ray's own exit comes after this."""
    release()
    shutil.rmtree(folder, ignore_errors=True)
