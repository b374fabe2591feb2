"""Calls that need no dispatcher: whatever comes between, no link is lost and no caller waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool, PoolTerminatedError, WorkerLostError
from poolproof._link import loans
from poolproof._link.loan import Loan

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
from .patience import await_
from .tasks import Item, block, block_deaf, die_at, square, write_down, written_down

METHODS = ["fork", "spawn", "forkserver"]
CALLS = 2000


class Counted:
    """Counts how often it is pickled."""

    def __init__(self, size: int) -> None:
        self.data = bytes(size)
        self.pickled = 0

    def __reduce__(self) -> tuple[Callable[..., int], tuple[bytes]]:
        self.pickled += 1
        return len, (self.data,)


def _identity(value: Any) -> Any:
    return value


def _fail(message: str) -> None:
    raise ValueError(message)


def _bytes(size: int) -> bytes:
    return bytes(size)


def _wait_while(barrier: str) -> None:
    deadline = time.monotonic() + CALL_S
    while Path(barrier).exists() and time.monotonic() < deadline:
        time.sleep(0.001)


@pytest.mark.parametrize("method", METHODS)
def test_an_idle_worker_is_used_without_the_dispatcher(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with idle_pool(2, method) as pool:
        monkeypatch.setattr(pool._dispatcher.inbox, "put_call", _fail)
        assert [pool.apply(square, (n,)) for n in range(50)] == [n * n for n in range(50)]
        with pytest.raises(ValueError, match="task") as caught:
            pool.apply(_fail, ("of the task",))
        assert "_fail" in str(caught.value.__cause__), "the remote traceback"
        pool.apply(pid_after, (0.01,))  # longer than an outcome may wait for its neighbours
        assert len(pool._dispatcher._loop.loans._idle) == 2


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_arguments_are_pickled_once(size: int) -> None:
    with idle_pool() as pool:
        item = Counted(size)
        assert pool.apply(_identity, (item,)) == size
        assert item.pickled == 1


def test_a_large_result_arrives_and_the_worker_is_idle_again() -> None:
    with idle_pool() as pool:
        for size in (1 << 20, 0, 1 << 16, 3):
            assert len(pool.apply(_bytes, (size,))) == size
        wait_until_idle(pool, 1)


def test_arguments_that_cannot_be_pickled_borrow_nothing() -> None:
    with idle_pool() as pool:
        with pytest.raises(TypeError, match="pickle"):
            pool.apply(_identity, (threading.Lock(),))
        assert pool.apply(square, (3,)) == 9


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_dies_on_loan_fails_its_call_and_is_replaced(method: str) -> None:
    with idle_pool(1, method) as pool:
        for _ in range(3):
            with pytest.raises(WorkerLostError) as caught:
                pool.apply(die_at, ((5, 5),))
            assert caught.value.exitcode == -signal.SIGKILL
            assert pool.apply(square, (4,)) == 16
            wait_until_idle(pool, 1)


def test_a_worker_that_dies_as_its_link_is_given_back_is_replaced() -> None:
    with nothing_left(), idle_pool() as pool:
        for _ in range(20):
            loans, (link,) = pool._dispatcher._loop.loans, pool._dispatcher.links

            def use(loan: Loan) -> None:
                loan[0].process.kill()
                await_(lambda: loan[0].lost)

            assert loans.lend(use) is not None
            assert pool.apply(square, (5,)) == 25
            wait_until_idle(pool, 1)
            assert pool._dispatcher.links != [link]
        pool.close()
        pool.join()


def test_a_link_on_offer_whose_worker_is_known_to_be_dead_gets_no_task() -> None:
    """What is left of a death in the very moment in which the link is given back."""
    with nothing_left(), idle_pool() as pool:
        loans, (link,) = pool._dispatcher._loop.loans, pool._dispatcher.links
        borrowed = [loans._idle.pop()]
        link.process.kill()
        await_(lambda: link.lost)
        loans._idle.extend(borrowed)
        assert pool.apply_async(square, (5,)).get(CALL_S) == 25
        assert pool._dispatcher.links != [link]
        pool.close()
        pool.join()


def test_a_call_that_meets_a_dead_worker_runs_elsewhere() -> None:
    with idle_pool() as pool:
        for number in range(20):
            pid = pool._pool[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert pool.apply(square, (number,)) == number * number
            wait_until_idle(pool, 1)


@pytest.mark.parametrize("task", [block, block_deaf])
def test_terminate_ends_a_call_that_is_out(task: Callable[[str], None], tmp_path: Path) -> None:
    with nothing_left(), idle_pool() as pool:
        outcomes: list[Any] = []
        args = (str(tmp_path / "started"),)
        caller = start(lambda: outcomes.append(outcome_of(lambda: pool.apply(task, args))))
        await_((tmp_path / "started").exists)
        pool.terminate()
        pool.join()
        join(caller)
        assert isinstance(outcomes[0], PoolTerminatedError)


@pytest.fixture(name="quick_switches")
def _quick_switches() -> Iterator[None]:
    """Let threads change whenever they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switches")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_may_be_taken_from_its_borrower_at_any_time(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call runs once and has its own result, whether its thread waits or is on its way."""
    monkeypatch.setattr(loans, "RECALL_S", 0.0)
    diary = str(tmp_path / "diary")
    with nothing_left(), idle_pool(workers) as pool:
        with calling_beside(pool):
            for number in range(CALLS):
                assert pool.apply(write_down, (Item(diary, number, 0.0),)) == number
        wait_until_idle(pool, workers)
        pool.close()
        pool.join()
    assert written_down(diary) == list(range(CALLS))


def test_close_lets_a_call_end_that_is_out() -> None:
    with nothing_left(), idle_pool() as pool:
        outcomes: list[Any] = []
        caller = start(lambda: outcomes.append(pool.apply(pid_after, (0.3,))))
        await_(lambda: not pool._dispatcher._loop.loans._idle)
        pool.close()
        pool.join()
        join(caller)
        assert len(outcomes) == 1


def test_a_stream_of_calls_starves_no_other_job() -> None:
    with idle_pool() as pool:
        over = threading.Event()

        def call_on_and_on() -> None:
            while not over.is_set():
                pool.apply(pid_after, (0.001,))

        callers = [start(call_on_and_on) for _ in range(2)]
        for _ in range(20):
            assert pool.map_async(square, range(10)).get(CALL_S) == [n * n for n in range(10)]
        over.set()
        for caller in callers:
            join(caller)


def test_a_worker_that_comes_late_gets_what_lies_unread_before_a_busy_one(tmp_path: Path) -> None:
    barrier = tmp_path / "barrier"
    context = multiprocessing.get_context("fork")
    with Pool(3, _wait_while, (str(barrier),), context=context) as pool:
        wait_until_idle(pool, 3)
        for _ in range(50):  # calls that are short: the next ones are sent ahead
            pool.apply_async(square, (1,)).get(CALL_S)
        barrier.touch()
        pid = pool._pool[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_idle(pool, 2)
        started = [tmp_path / f"started {n}" for n in range(3)]
        for path in started:
            pool.apply_async(block, (str(path),))
        await_(lambda: sum(path.exists() for path in started) == 2)
        await_(lambda: not pool._dispatcher._loop.jobs.waiting)
        barrier.unlink()
        await_(lambda: all(path.exists() for path in started))
