"""What stand-alone scripts have of their own: how one that hangs is ended, and how one ends."""

import contextlib
import os
import signal
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn


def hung(_signum: int, frame: FrameType | None) -> NoReturn:
    """Show where the main thread hangs, and end."""
    print("HANG: it waits here, and nothing will come", flush=True)
    traceback.print_stack(frame)
    ended(1)


def ended(code: int = 0) -> NoReturn:
    """End here, workers and all: the body got no further, and nothing is left to be seen."""
    os.fork = _refuse  # a pool replaces the workers that are killed here, in a thread of its own
    threading.excepthook = _pass_over
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    os._exit(code)


def _refuse() -> NoReturn:
    raise OSError("no process is started any more")


def _pass_over(_error: object) -> None:
    """Say nothing of a thread that was refused a process."""
