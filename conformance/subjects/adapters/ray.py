"""`ray.util.multiprocessing.Pool`: it has the Pool API, but needs a cluster under it."""

import importlib
import logging
import os
from collections.abc import Callable
from typing import Any


def open_pool(
    target: Callable[..., Any], processes: int | None, _start_method: str, **options: Any
) -> Any:
    """Return Ray's own pool on a local cluster, which is started if there is none yet.

    The cluster is given `processes` processors, whatever the machine has: Ray refuses a pool of
    more workers than processors, where the stdlib's shares them.
    """
    ray = importlib.import_module("ray")
    if not ray.is_initialized():
        ray.init(
            num_cpus=max(processes or 1, os.cpu_count() or 1),
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    return target(processes=processes, **options)


def release() -> None:
    """Stop the local cluster."""
    importlib.import_module("ray").shutdown()
