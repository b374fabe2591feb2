"""Pools whose workers idle, so that calls borrow them, and threads that call beside."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from poolproof import Pool

from .patience import await_
from .tasks import square

CALL_S = 20.0  # what a call may take on a machine that is busy with other things


@contextmanager
def idle_pool(workers: int = 1, method: str = "fork") -> Iterator[Pool]:
    """A pool whose workers are all there to be borrowed."""
    with Pool(workers, context=multiprocessing.get_context(method)) as pool:
        wait_until_idle(pool, workers)
        yield pool


def wait_until_idle(pool: Pool, workers: int) -> None:
    await_(lambda: len(pool._dispatcher._loop.loans._idle) == workers)


def start(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target)
    thread.start()
    return thread


def join(thread: threading.Thread) -> None:
    thread.join(CALL_S)
    assert not thread.is_alive(), "the thread still waits"


@contextmanager
def calling_beside(pool: Pool) -> Iterator[None]:
    """Have another thread call on and on; each of its calls has its own result."""
    over = threading.Event()
    outcomes: list[int] = []

    def call_on_and_on() -> None:
        while not over.is_set():
            outcomes.append(pool.apply_async(square, (3,)).get(CALL_S))

    beside = start(call_on_and_on)
    try:
        yield
    finally:
        over.set()
    join(beside)
    assert set(outcomes) == {9}


def outcome_of(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001  whatever came of it is looked at
        return error


def pid_after(pause_s: float) -> int:
    time.sleep(pause_s)
    return os.getpid()
