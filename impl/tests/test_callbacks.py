"""The thread that runs callbacks: one, and where none can be had the pool goes on without."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import Any

import pytest

from poolproof import Pool
from poolproof import _callbacks as callbacks
from poolproof._results import AsyncResult

from .counting import nothing_left
from .tasks import square

WAIT_S = 20.0  # a bound for what should take a moment


class Unstartable(threading.Thread):
    """As a thread at the process limit, or while the interpreter ends."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


class Slow(threading.Thread):
    """One that takes its time to be made."""

    def __init__(self, **kwds: Any) -> None:
        super().__init__(**kwds)
        time.sleep(0.1)


class _Threading:
    """What the module of callbacks finds in place of `threading`."""

    def __init__(self, thread: type[threading.Thread]) -> None:
        self.Thread = thread

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)


class _Owner:
    def about_to_wait(self) -> None:
        """Any process will do."""

    def wake(self) -> None:
        """Nobody sleeps."""


def test_without_a_thread_callbacks_run_and_the_pool_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    with nothing_left(), Pool(2, context=multiprocessing.get_context("fork")) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(callbacks, "threading", _Threading(Unstartable))
            for number in range(3):
                handle = pool.apply_async(square, (number,), callback=seen.append)
                assert handle.get(WAIT_S) == number * number
        assert seen == [0, 1, 4]
        assert pool.apply_async(square, (3,), callback=seen.append).get(WAIT_S) == 9
        pool.close()
        pool.join()
    assert seen == [0, 1, 4, 9]


def test_two_that_settle_at_once_start_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "threading", _Threading(Slow))
    runner = callbacks.CallbackRunner()
    seen: list[int] = []
    with nothing_left():
        handles = [AsyncResult(_Owner(), number, seen.append) for number in range(4)]
        settling = [
            threading.Thread(target=runner.settle, args=(handle, True, handle.job))
            for handle in handles
        ]
        for thread in settling:
            thread.start()
        for thread in settling:
            thread.join(WAIT_S)
        for handle in handles:
            handle.wait(WAIT_S)
        runner.stop()
        runner.join(WAIT_S)
    assert sorted(seen) == [0, 1, 2, 3]
