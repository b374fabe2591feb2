"""What a pool runs on: its workers, and the dispatcher that looks after them.

Loaded with the first pool, and not with the class: a spawned worker imports the main module of its
user, and with that the class, but makes no pool, and would be ready a third later.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any

from .._front.arguments import start_method_of
from .._front.state import StateMachine
from .._process.preload import preload
from .._wire.unpacking import STDLIB_ERRORS
from .dispatcher import Dispatcher
from .worker_handler import WorkerHandler

if TYPE_CHECKING:
    from .trace import TraceWriter


def start(
    machine: StateMachine,
    context: BaseContext,
    size: int,
    worker_args: tuple[Callable[..., object] | None, tuple[Any, ...]],
    maxtasksperchild: int | None,
    trace: str | os.PathLike[str] | None,
) -> Dispatcher:
    """Start `size` workers, and make the dispatcher that has them; its thread is not started yet.

    Raises: TypeError and OSError for the trace's file; whatever starting a process raises, with no
    process left behind.
    """
    preload(context)
    writer = None if trace is None else _trace_writer(trace)
    workers = WorkerHandler(context, size, worker_args, maxtasksperchild, writer)
    # Not with the first error: there may be no descriptor left then to load it by.  It takes 4 ms,
    # and so long the workers take to be ready; but those that are forked while another thread loads
    # it would inherit the lock of the module.
    if start_method_of(context) == "fork":
        importlib.import_module(STDLIB_ERRORS)
    workers.start_all()
    try:
        importlib.import_module(STDLIB_ERRORS)
        return Dispatcher(machine, workers, size, writer)
    except BaseException:  # no descriptor is left for its own
        workers.discard()
        raise


def _trace_writer(trace: str | os.PathLike[str]) -> TraceWriter:
    from .trace import TraceWriter  # noqa: PLC0415  who does not trace need not load it

    return TraceWriter(trace)
