"""Calls that need no dispatcher: whatever comes between, no link is lost and no caller waits."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool, PoolTerminatedError, WorkerLostError
from poolproof._link import loans
from poolproof._link.loan import Loan

from .counting import nothing_left
from .patience import await_, end_and_join
from .tasks import Item, block, block_deaf, die_at, square, write_down

CALL_S = 20.0  # what a call may take on a machine that is busy with other things
METHODS = ["fork", "spawn", "forkserver"]
INTERRUPTS = 300
CALLS = 2000
POOLS = 40


class Interrupt(Exception):  # noqa: N818 - what a signal handler raises, no error of the pool's
    """Raised by the handler of SIGALRM."""


class Counted:
    """Counts how often it is pickled."""

    def __init__(self, size: int) -> None:
        self.data = bytes(size)
        self.pickled = 0

    def __reduce__(self) -> tuple[Callable[..., int], tuple[bytes]]:
        self.pickled += 1
        return len, (self.data,)


@contextmanager
def _idle_pool(workers: int = 1, method: str = "fork") -> Iterator[Pool]:
    """A pool whose workers are all there to be borrowed."""
    with Pool(workers, context=multiprocessing.get_context(method)) as pool:
        _wait_until_idle(pool, workers)
        yield pool


def _wait_until_idle(pool: Pool, workers: int) -> None:
    await_(lambda: len(pool._dispatcher._loop.loans._idle) == workers)


def _thread(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target)
    thread.start()
    return thread


def _join(thread: threading.Thread) -> None:
    thread.join(CALL_S)
    assert not thread.is_alive(), "the thread still waits"


def _outcome_of(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001  whatever came of it is looked at
        return error


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


def _touch_and_pause(path: str, pause_s: float) -> str:
    Path(path).touch()
    time.sleep(pause_s)
    return path


def _pid(pause_s: float) -> int:
    time.sleep(pause_s)
    return os.getpid()


@pytest.mark.parametrize("method", METHODS)
def test_an_idle_worker_is_used_without_the_dispatcher(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _idle_pool(2, method) as pool:
        monkeypatch.setattr(pool._dispatcher.inbox, "put_call", _fail)
        assert [pool.apply(square, (n,)) for n in range(50)] == [n * n for n in range(50)]
        with pytest.raises(ValueError, match="task") as caught:
            pool.apply(_fail, ("of the task",))
        assert "_fail" in str(caught.value.__cause__), "the remote traceback"
        pool.apply(_pid, (0.01,))  # longer than an outcome may wait for its neighbours
        assert len(pool._dispatcher._loop.loans._idle) == 2


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_arguments_are_pickled_once(size: int) -> None:
    with _idle_pool() as pool:
        item = Counted(size)
        assert pool.apply(_identity, (item,)) == size
        assert item.pickled == 1


def test_a_large_result_arrives_and_the_worker_is_idle_again() -> None:
    with _idle_pool() as pool:
        for size in (1 << 20, 0, 1 << 16, 3):
            assert len(pool.apply(_bytes, (size,))) == size
        _wait_until_idle(pool, 1)


def test_arguments_that_cannot_be_pickled_borrow_nothing() -> None:
    with _idle_pool() as pool:
        with pytest.raises(TypeError, match="pickle"):
            pool.apply(_identity, (threading.Lock(),))
        assert pool.apply(square, (3,)) == 9


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_dies_on_loan_fails_its_call_and_is_replaced(method: str) -> None:
    with _idle_pool(1, method) as pool:
        for _ in range(3):
            with pytest.raises(WorkerLostError) as caught:
                pool.apply(die_at, ((5, 5),))
            assert caught.value.exitcode == -signal.SIGKILL
            assert pool.apply(square, (4,)) == 16
            _wait_until_idle(pool, 1)


def test_a_worker_that_dies_as_its_link_is_given_back_is_replaced() -> None:
    with nothing_left(), _idle_pool() as pool:
        for _ in range(20):
            loans, (link,) = pool._dispatcher._loop.loans, pool._dispatcher.links

            def use(loan: Loan) -> None:
                loan[0].process.kill()
                await_(lambda: loan[0].lost)

            assert loans.lend(use) is not None
            assert pool.apply(square, (5,)) == 25
            _wait_until_idle(pool, 1)
            assert pool._dispatcher.links != [link]
        pool.close()
        pool.join()


def test_a_link_on_offer_whose_worker_is_known_to_be_dead_gets_no_task() -> None:
    """What is left of a death in the very moment in which the link is given back."""
    with nothing_left(), _idle_pool() as pool:
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
    with _idle_pool() as pool:
        for number in range(20):
            pid = pool._pool[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert pool.apply(square, (number,)) == number * number
            _wait_until_idle(pool, 1)


@pytest.mark.parametrize("task", [block, block_deaf])
def test_terminate_ends_a_call_that_is_out(task: Callable[[str], None], tmp_path: Path) -> None:
    with nothing_left(), _idle_pool() as pool:
        outcomes: list[Any] = []
        args = (str(tmp_path / "started"),)
        caller = _thread(lambda: outcomes.append(_outcome_of(lambda: pool.apply(task, args))))
        await_((tmp_path / "started").exists)
        pool.terminate()
        pool.join()
        _join(caller)
        assert isinstance(outcomes[0], PoolTerminatedError)


def test_a_signal_handler_may_terminate_the_pool_under_a_call(tmp_path: Path) -> None:
    with nothing_left(), _idle_pool() as pool:
        before = signal.signal(signal.SIGALRM, lambda *_: pool.terminate())
        try:
            started = tmp_path / "started"

            def alarm() -> None:
                await_(started.exists)
                os.kill(os.getpid(), signal.SIGALRM)

            timer = _thread(alarm)
            with pytest.raises(PoolTerminatedError):
                pool.apply(block, (str(started),))
            _join(timer)
        finally:
            signal.signal(signal.SIGALRM, before)
        pool.join()


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
        other = _thread(interrupt)
        yield
        _join(other)
    finally:
        signal.signal(signal.SIGUSR1, before)


def _by_itself(call: Callable[[], object]) -> None:
    call()


def _by_a_thread(call: Callable[[], object]) -> None:
    _join(_thread(call))


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

    with nothing_left(), _idle_pool(workers) as pool:
        with _interrupted(started, handle):
            assert pool.apply(_touch_and_pause, (str(started), 0.3)) == str(started)
        assert used.is_set()
        if use is not _close_and_join:
            _wait_until_idle(pool, workers)
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
    with nothing_left(), _idle_pool(workers) as pool:
        before = signal.signal(signal.SIGALRM, handle)
        try:
            while len(used) < INTERRUPTS:
                signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-6, 5e-4))
                assert pool.apply(write_down, (Item(diary, calls, 0.0),)) == calls
                calls += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert set(used) == {49}
        _wait_until_idle(pool, workers)
        pool.close()
        pool.join()
    ran = [int(line.split()[1]) for line in Path(diary).read_text().splitlines() if "end" in line]
    assert ran == list(range(calls))


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

            before = signal.signal(signal.SIGALRM, handle)
            try:
                signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-3, 2e-2))
                with suppress(PoolTerminatedError, ValueError):
                    while not ended.is_set():
                        assert pool.apply_async(square, (3,)).get(CALL_S) == 9
                await_(ended.is_set)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)


def test_a_worker_that_dies_under_a_handler_of_its_borrower_is_replaced(tmp_path: Path) -> None:
    started = tmp_path / "started"
    replaced = threading.Event()

    def handle(*_: object) -> None:
        (link,) = pool._dispatcher.links
        link.process.kill()
        await_(lambda: pool._dispatcher.links not in ([link], []))
        replaced.set()

    with nothing_left(), _idle_pool() as pool:
        with _interrupted(started, handle), pytest.raises(WorkerLostError):
            pool.apply(block, (str(started),))
        assert replaced.is_set()


def test_a_process_forked_by_a_handler_leaves_the_result_to_its_parent(tmp_path: Path) -> None:
    """It goes on where the handler has interrupted `apply`, and may not use the pool."""
    started, told = tmp_path / "started", tmp_path / "told"
    forked: list[int] = []

    with _idle_pool() as pool:
        with _interrupted(started, lambda *_: forked.append(os.fork())):
            outcome = _outcome_of(lambda: pool.apply(_touch_and_pause, (str(started), 0.3)))
            if forked == [0]:
                told.write_text(type(outcome).__name__)
                os._exit(0)
        os.waitpid(forked[0], 0)
        assert outcome == str(started)
        assert told.read_text() == "RuntimeError"
        _wait_until_idle(pool, 1)


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
    with nothing_left(), _idle_pool(workers) as pool:
        over = threading.Event()
        outcomes: list[Any] = []

        def call_beside() -> None:
            while not over.is_set():
                outcomes.append(pool.apply_async(square, (3,)).get(CALL_S))

        beside = _thread(call_beside)

        try:
            for number in range(CALLS):
                assert pool.apply(write_down, (Item(diary, number, 0.0),)) == number
        finally:
            over.set()
        _join(beside)
        assert set(outcomes) == {9}
        _wait_until_idle(pool, workers)
        pool.close()
        pool.join()
    ran = [int(line.split()[1]) for line in Path(diary).read_text().splitlines() if "end" in line]
    assert ran == list(range(CALLS))


def test_close_lets_a_call_end_that_is_out() -> None:
    with nothing_left(), _idle_pool() as pool:
        outcomes: list[Any] = []
        caller = _thread(lambda: outcomes.append(pool.apply(_pid, (0.3,))))
        await_(lambda: not pool._dispatcher._loop.loans._idle)
        pool.close()
        pool.join()
        _join(caller)
        assert len(outcomes) == 1


def test_a_stream_of_calls_starves_no_other_job() -> None:
    with _idle_pool() as pool:
        over = threading.Event()

        def call_on_and_on() -> None:
            while not over.is_set():
                pool.apply(_pid, (0.001,))

        callers = [_thread(call_on_and_on) for _ in range(2)]
        for _ in range(20):
            assert pool.map_async(square, range(10)).get(CALL_S) == [n * n for n in range(10)]
        over.set()
        for caller in callers:
            _join(caller)


def test_a_worker_that_comes_late_gets_what_lies_unread_before_a_busy_one(tmp_path: Path) -> None:
    barrier = tmp_path / "barrier"
    context = multiprocessing.get_context("fork")
    with Pool(3, _wait_while, (str(barrier),), context=context) as pool:
        _wait_until_idle(pool, 3)
        for _ in range(50):  # calls that are short: the next ones are sent ahead
            pool.apply_async(square, (1,)).get(CALL_S)
        barrier.touch()
        pid = pool._pool[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        _wait_until_idle(pool, 2)
        started = [tmp_path / f"started {n}" for n in range(3)]
        for path in started:
            pool.apply_async(block, (str(path),))
        await_(lambda: sum(path.exists() for path in started) == 2)
        await_(lambda: not pool._dispatcher._loop.jobs.waiting)
        barrier.unlink()
        await_(lambda: all(path.exists() for path in started))


@pytest.mark.parametrize("workers", [1, 3])
def test_a_call_may_be_interrupted_anywhere(workers: int) -> None:
    """Calls that a signal handler raises out of lose no worker and disturb no other caller."""

    def interrupt(*_: object) -> None:
        raise Interrupt

    rnd = random.Random(workers)  # noqa: S311 - instants, no secrets
    with nothing_left(), _idle_pool(workers) as pool:
        over = threading.Event()
        outcomes: list[Any] = []

        def call_beside() -> None:
            while not over.is_set():
                outcomes.append(pool.apply_async(square, (3,)).get(CALL_S))

        other = _thread(call_beside)
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            for _ in range(INTERRUPTS):
                with suppress(Interrupt):
                    signal.setitimer(signal.ITIMER_REAL, rnd.uniform(1e-6, 5e-4))
                    for number in range(1000):
                        assert pool.apply(square, (number,)) == number * number
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        over.set()
        _join(other)
        assert set(outcomes) == {9}
        _wait_until_idle(pool, workers)
        pids = pool.map_async(_pid, [0.005] * 8 * workers, 1).get(CALL_S)
        assert len(set(pids)) == workers, "a worker was lost"
        pool.close()
        pool.join()
