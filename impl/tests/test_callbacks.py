"""The thread that runs callbacks: one, and where none can be had the pool goes on without."""

from __future__ import annotations

import multiprocessing
import threading
import time
from _thread import get_ident
from typing import Any

import pytest

from poolproof import Pool
from poolproof._front import callbacks

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


def test_callers_whose_jobs_are_over_at_once_have_one_thread_for_callbacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody of them starts it: who did would hold up the pool where a handler interrupts it."""
    monkeypatch.setattr(callbacks, "threading", _Threading(Slow))
    runners: list[int] = []
    with nothing_left(), Pool(1, context=multiprocessing.get_context("fork")) as pool:

        def call() -> None:
            pool.map_async(abs, [], callback=lambda _: runners.append(get_ident())).get(WAIT_S)

        calling = [threading.Thread(target=call) for _ in range(4)]
        for thread in calling:
            thread.start()
        for thread in calling:
            thread.join(WAIT_S)
        assert len(runners) == 4
        assert len(set(runners)) == 1
        pool.close()
        pool.join()


def test_a_handle_takes_what_its_caller_notes_on_it() -> None:
    """As the standard library's: tags, and names that the pool might use for itself."""
    with Pool(1) as pool:
        one, many = pool.apply_async(square, (2,)), pool.map_async(square, range(3))
        for handle in (one, many):
            handle.name = handle.task = handle.index = "mine"  # type: ignore[union-attr]  # that is the point
        assert (one.get(10.0), many.get(10.0)) == (4, [0, 1, 4])
        assert one.task == many.name == "mine"  # type: ignore[attr-defined]  # as above
