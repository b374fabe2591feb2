"""Waits that are bounded and named: for a condition, and at a gate that tasks stop at."""

import functools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .. import tasks
from .expect import Mismatch

_LOOK_S = 0.005  # between two looks at a condition that nobody signals


def eventually(
    condition: Callable[[], object], what: str, limit_s: float, clock: Callable[[], float]
) -> None:
    """Wait until the condition holds.

    Raises: Mismatch that names `what`, after `limit_s` seconds of the clock.
    """
    limit = clock() + limit_s
    while not condition():
        if clock() > limit:
            raise Mismatch(f"{what} within {limit_s:.1f} s", "that it did not happen")
        time.sleep(_LOOK_S)


class Gate:
    """A place where tasks wait until the test lets them all through.

        with subject.gate() as gate:
            handle = pool.apply_async(gate.task, ("value",))
            ...                      # the task is held
            gate.open()              # it goes on and returns "value"

    Works under every start method: a FIFO in the body's folder.  Leaving the block opens it;
    it stays open, for tasks that a slow worker starts late, until the body calls `close`.
    Scripts have this class too, so it knows no more of the suite than its tasks.
    """

    def __init__(self, path: Path, limit_s: float, told: Callable[[], object] = bool) -> None:
        self._told = told
        os.mkfifo(path)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._is_open = False
        self.task: Callable[..., Any] = functools.partial(tasks.wait_for_byte, str(path), limit_s)
        """Task function: waits at the gate, then returns its argument."""

    def open(self) -> None:
        """Let every task through, those that come later included."""
        if not self._is_open:
            self._told()
            os.write(self._descriptor, b"!")
            self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open()

    def close(self) -> None:
        """Give the descriptor back, before the census; the byte in the FIFO goes with it."""
        os.close(self._descriptor)


class ScriptedEvent(threading.Event):
    """An event that tells the script when it is set."""

    def __init__(self, name: str, told: Callable[[str], object]) -> None:
        super().__init__()
        self._name = name
        self._told = told

    def in_script(self) -> str:
        """Return the name that it has in a script."""
        return self._name

    def set(self) -> None:
        """Set it, here and in the script."""
        self._told(f"{self._name}.set()")
        super().set()
