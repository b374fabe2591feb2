"""Calls that need no dispatcher, and the signal handlers that run under them."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from poolproof import Pool, PoolTerminatedError, WorkerLostError
from poolproof._link import loans

from .counting import nothing_left
from .idle import (
    CALL_S,
    calling_beside,
    idle_pool,
    join,
    outcome_of,
    pid_after,
    start,
    wait_until_idle,
)
from .patience import await_, end_and_join, within
from .tasks import Item, block, square, write_down, written_down

INTERRUPTS = 300
POOLS = 40


class Interrupt(Exception):  # noqa: N818 - what a signal handler raises, no error of the pool's
    """Raised by the handler of SIGALRM."""


def _touch_and_pause(path: str, pause_s: float) -> str:
    Path(path).touch()
    time.sleep(pause_s)
    return path


def _map(pool: Pool) -> None:
    assert pool.map_async(square, range(5)).get(CALL_S) == [0, 1, 4, 9, 16]


def _apply(pool: Pool) -> None:
    assert pool.apply(square, (5,)) == 25


def _consume(pool: Pool) -> None:
    assert pool.imap(square, iter([5])).next(CALL_S) == 25


def _close_and_join(pool: Pool) -> None:
    pool.close()
    pool.join()


@contextmanager
def _interrupted(started: Path, handle: Callable[..., object]) -> Iterator[None]:
    """Run `handle` in the main thread, in the midst of its wait, once the file is there."""

    def interrupt() -> None:
        await_(started.exists)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handle)
    try:
        other = start(interrupt)
        yield
        join(other)
    finally:
        signal.signal(signal.SIGUSR1, before)


@contextmanager
def _on_alarm(handle: Callable[..., object]) -> Iterator[None]:
    """Run `handle` whenever the timer that is set meanwhile runs out."""
    before = signal.signal(signal.SIGALRM, handle)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _by_itself(call: Callable[[], object]) -> None:
    call()


def _by_a_thread(call: Callable[[], object]) -> None:
    within(CALL_S, call)


def test_a_signal_handler_may_terminate_the_pool_under_a_call(tmp_path: Path) -> None:
    started = tmp_path / "started"
    with nothing_left(), idle_pool() as pool:
        with _interrupted(started, lambda *_: pool.terminate()), pytest.raises(PoolTerminatedError):
            pool.apply(block, (str(started),))
        pool.join()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("wait", [_by_itself, _by_a_thread])
@pytest.mark.parametrize("use", [_map, _apply, _consume, _close_and_join])
def test_a_signal_handler_may_wait_for_the_pool_under_a_call(
    use: Callable[[Pool], None],
    wait: Callable[[Callable[[], object]], None],
    workers: int,
    tmp_path: Path,
) -> None:
    """For the very worker, too, that the call which it interrupts has borrowed."""
    started = tmp_path / "started"
    used = threading.Event()

    def handle(*_: object) -> None:
        wait(lambda: use(pool))
        used.set()

    with nothing_left(), idle_pool(workers) as pool:
        with _interrupted(started, handle):
            assert pool.apply(_touch_and_pause, (str(started), 0.3)) == str(started)
        assert used.is_set()
        if use is not _close_and_join:
            wait_until_idle(pool, workers)
            _map(pool)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("wait", [_by_itself, _by_a_thread])
def test_a_signal_handler_may_wait_for_the_pool_anywhere(
    wait: Callable[[Callable[[], object]], None],
    workers: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each call runs once and has its own result, whoever gets its worker meanwhile."""
    monkeypatch.setattr(loans, "RECALL_S", 0.002)
    diary = str(tmp_path / "diary")
    used: list[int] = []
    handling: list[bool] = []

    def handle(*_: object) -> None:
        if handling and wait is _by_a_thread:
            return  # not within itself: the locks of `threading` are not re-entrant
        handling.append(True)
        wait(lambda: used.append(pool.apply_async(square, (7,)).get(CALL_S)))
        handling.pop()

    rnd = random.Random(workers)  # noqa: S311 - instants, no secrets
    calls = 0
    with nothing_left(), idle_pool(workers) as pool:
        with _on_alarm(handle):
            while len(used) < INTERRUPTS:
                signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-6, 5e-4))
                assert pool.apply(write_down, (Item(diary, calls, 0.0),)) == calls
                calls += 1
        assert set(used) == {49}
        wait_until_idle(pool, workers)
        pool.close()
        pool.join()
    assert written_down(diary) == list(range(calls))


@pytest.mark.parametrize("end", [Pool.terminate, Pool.close])
@pytest.mark.parametrize("wait", [_by_itself, _by_a_thread])
def test_a_signal_handler_may_end_the_pool_anywhere(
    wait: Callable[[Callable[[], object]], None], end: Callable[[Pool], None]
) -> None:
    """Also in the midst of waking the dispatcher, which then waits for nobody's lock."""
    rnd = random.Random(7)  # noqa: S311 - instants, no secrets
    with nothing_left():
        for _ in range(POOLS):
            pool = Pool(1, context=multiprocessing.get_context("fork"))
            ended = threading.Event()

            def handle(*_: object, pool: Pool = pool, ended: threading.Event = ended) -> None:
                wait(partial(end_and_join, end, pool))
                ended.set()

            with _on_alarm(handle):
                signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-3, 2e-2))
                with suppress(PoolTerminatedError, ValueError):
                    while not ended.is_set():
                        assert pool.apply_async(square, (3,)).get(CALL_S) == 9
                await_(ended.is_set)


def test_a_worker_that_dies_under_a_handler_of_its_borrower_is_replaced(tmp_path: Path) -> None:
    started = tmp_path / "started"
    replaced = threading.Event()

    def handle(*_: object) -> None:
        (link,) = pool._dispatcher.links
        link.process.kill()
        await_(lambda: pool._dispatcher.links not in ([link], []))
        replaced.set()

    with nothing_left(), idle_pool() as pool:
        with _interrupted(started, handle), pytest.raises(WorkerLostError):
            pool.apply(block, (str(started),))
        assert replaced.is_set()


def test_a_process_forked_by_a_handler_leaves_the_result_to_its_parent(tmp_path: Path) -> None:
    """It goes on where the handler has interrupted `apply`, and may not use the pool."""
    started, told = tmp_path / "started", tmp_path / "told"
    forked: list[int] = []

    with idle_pool() as pool:
        with _interrupted(started, lambda *_: forked.append(os.fork())):
            outcome = outcome_of(lambda: pool.apply(_touch_and_pause, (str(started), 0.3)))
            if forked == [0]:
                told.write_text(type(outcome).__name__)
                os._exit(0)
        os.waitpid(forked[0], 0)
        assert outcome == str(started)
        assert told.read_text() == "RuntimeError"
        wait_until_idle(pool, 1)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_call_may_be_interrupted_anywhere(workers: int) -> None:
    """Calls that a signal handler raises out of lose no worker and disturb no other caller."""

    def interrupt(*_: object) -> None:
        raise Interrupt

    rnd = random.Random(workers)  # noqa: S311 - instants, no secrets
    with nothing_left(), idle_pool(workers) as pool:
        with calling_beside(pool), _on_alarm(interrupt):
            for _ in range(INTERRUPTS):
                with suppress(Interrupt):
                    signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-6, 5e-4))
                    for number in range(1000):
                        assert pool.apply(square, (number,)) == number * number
        wait_until_idle(pool, workers)
        pids = pool.map_async(pid_after, [0.005] * 8 * workers, 1).get(CALL_S)
        assert len(set(pids)) == workers, "a worker was lost"
        pool.close()
        pool.join()
