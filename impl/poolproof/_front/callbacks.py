"""Runs the callers' callbacks, in a thread of their own.

A callback may be slow, may raise, and may use the pool: none of it may hold
up results of other jobs (the standard library runs callbacks in the thread
that reads results, and one that raises ends the pool: gh-83371, gh-87129).
"""

from __future__ import annotations

import queue
import threading
from typing import Any

from .results import AsyncResult


class CallbackRunner:
    """Settles handles, those with a callback in the callback thread.

    Guarantees: a handle is settled after its callback has returned; callbacks
    run one at a time, in the order of completion; the thread starts with the
    first callback.  Where none can be had, whoever settles runs the callback.  No
    lock: the dispatcher settles, and whoever ends the pool in its place.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[AsyncResult[Any], bool, Any] | None] = (
            queue.SimpleQueue()
        )
        self._thread: threading.Thread | None = None
        self._running: tuple[AsyncResult[Any], bool, Any] | None = None
        self._abandoned = False
        self._dropped = False  # what is queued, too

    def settle(self, result: AsyncResult[Any], success: bool, value: Any) -> None:
        """Show an outcome, after its callback where there is one."""
        if self._abandoned or not result.has_callback:
            result.settle(success, value)
            return
        if self._thread is None and not self._start():
            self._call(result, success, value)
            return
        self._queue.put((result, success, value))

    def _start(self) -> bool:
        thread = threading.Thread(target=self._run, name="poolproof-callbacks", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread to be had, or the interpreter ends
            return False
        self._thread = thread
        return True

    def abandon(self) -> None:
        """Run no more callbacks, and wait for none: one may never return, or end the pool."""
        self._abandoned = self._dropped = True  # first: the thread looks behind what it takes
        if (running := self._running) is not None:
            result, success, value = running
            result.settle(success, value)
        while not self._queue.empty():
            self._settle_next()

    def _settle_next(self) -> None:
        try:
            entry = self._queue.get_nowait()
        except queue.Empty:  # the callback thread was faster
            return
        if entry is not None:
            result, success, value = entry
            result.settle(success, value)

    def stop(self) -> None:
        """Let the thread end behind the last callback; what comes later is settled without one."""
        self._abandoned = True
        if self._thread is not None:
            self._queue.put(None)

    def join(self, timeout: float | None) -> None:
        """Wait for the callbacks, `timeout` seconds at most; not from within one."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            result, success, value = entry
            self._call(result, success, value)
            del entry, result, value  # or the last result would live as long as this thread

    def _call(self, result: AsyncResult[Any], success: bool, value: Any) -> None:
        self._running = result, success, value
        if self._dropped:
            result.settle(success, value)
        else:
            result.run_callback(success, value)
        self._running = None
