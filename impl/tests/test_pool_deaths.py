"""Workers that die: exactly the item they ran fails, and everything else goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from poolproof import BrokenPoolError, Pool, WorkerLostError

from .campaign import JOB_S, killing, run
from .patience import await_
from .tasks import die_at, exit_with, fail_to_start, square

METHODS = ["fork", "spawn", "forkserver"]


@pytest.fixture(name="pool", scope="module")
def _pool() -> Iterator[Pool]:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        yield pool


def _lost(call: Callable[[], Any]) -> WorkerLostError:
    with pytest.raises(WorkerLostError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("method", "kills", "pause_s"),
    [("fork", 150, 0.01), ("spawn", 15, 0.3), ("forkserver", 15, 0.1)],
)
def test_no_kill_loses_or_doubles_an_item_or_fails_more_than_one(
    method: str, kills: int, pause_s: float, tmp_path: Path
) -> None:
    with Pool(3, context=multiprocessing.get_context(method)) as pool:
        with killing(pool, kills, pause_s, seed=7) as killer:
            errors = run(pool, killer, tmp_path, seed=7)
        # A dozen kills may all hit a worker between two items where the machine is busy.
        assert errors or kills < 100, "the campaign never hit a task"
        assert pool.map_async(square, range(100)).get(JOB_S) == [n * n for n in range(100)]
        assert len(pool._pool) == 3, "the pool is not whole again"


@pytest.mark.parametrize("fatal", [0, 1, 57, 99])
def test_a_kill_in_map_names_item_signal_and_job(pool: Pool, fatal: int) -> None:
    result = pool.map_async(die_at, [(n, fatal) for n in range(100)])
    error = _lost(lambda: result.get(JOB_S))
    assert (error.index, error.exitcode, error.job) == (fatal, -signal.SIGKILL, result.job)


@pytest.mark.parametrize("chunksize", [3, 40])
def test_a_kill_in_a_chunk_names_the_chunks_first_item(pool: Pool, chunksize: int) -> None:
    result = pool.map_async(die_at, [(n, 57) for n in range(100)], chunksize)
    error = _lost(lambda: result.get(JOB_S))
    assert error.index == 57 // chunksize * chunksize


@pytest.mark.parametrize("fatal", [0, 1, 57, 99])
@pytest.mark.parametrize("source", [list, iter])
def test_a_kill_in_imap_fails_that_item_and_no_other(
    pool: Pool, fatal: int, source: Callable[[Any], Any]
) -> None:
    results = pool.imap(die_at, source([(n, fatal) for n in range(100)]))
    for number in range(100):
        if number == fatal:
            error = _lost(lambda: results.next(JOB_S))
            assert (error.index, error.exitcode) == (fatal, -signal.SIGKILL)
        else:
            assert results.next(JOB_S) == number
    with pytest.raises(StopIteration):
        results.next(JOB_S)


def test_a_kill_in_apply_fails_that_call_and_no_other(pool: Pool) -> None:
    handles = [pool.apply_async(die_at, ((number, 57),)) for number in range(100)]
    error = _lost(lambda: handles[57].get(JOB_S))
    assert (error.index, error.exitcode, error.job) == (0, -signal.SIGKILL, handles[57].job)
    assert [h.get(JOB_S) for n, h in enumerate(handles) if n != 57] == [*range(57), *range(58, 100)]


def test_an_exit_is_told_with_its_code(pool: Pool) -> None:
    error = _lost(lambda: pool.apply_async(exit_with, (3,)).get(JOB_S))
    assert error.exitcode == 3
    assert "exit code 3" in str(error)
    assert str(error.pid) in str(error)


def test_every_item_may_kill_its_worker(pool: Pool) -> None:
    results = pool.imap(exit_with, [5] * 20)
    assert [_lost(lambda: results.next(JOB_S)).index for _ in range(20)] == list(range(20))


@pytest.mark.parametrize("method", METHODS)
def test_an_initializer_that_keeps_failing_breaks_the_pool_with_its_error(method: str) -> None:
    with Pool(2, fail_to_start, context=multiprocessing.get_context(method)) as pool:
        with pytest.raises(BrokenPoolError, match="no start today") as caught:
            pool.map_async(square, range(10)).get(JOB_S)
        assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("method", METHODS)
def test_a_broken_pool_fails_an_apply_that_is_submitted_later(method: str) -> None:
    with Pool(2, fail_to_start, context=multiprocessing.get_context(method)) as pool:
        with pytest.raises(BrokenPoolError):
            pool.map_async(square, range(10)).get(JOB_S)
        _await_sleep(pool)
        with pytest.raises(BrokenPoolError):
            pool.apply_async(square, (3,)).get(3.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_broken_pool_fails_a_job_that_is_submitted_later(method: str) -> None:
    with Pool(2, fail_to_start, context=multiprocessing.get_context(method)) as pool:
        with pytest.raises(BrokenPoolError):
            pool.map_async(square, range(10)).get(JOB_S)
        _await_sleep(pool)
        with pytest.raises(BrokenPoolError):
            pool.map_async(square, range(10)).get(JOB_S)
        with pytest.raises(BrokenPoolError):
            pool.imap(square, iter([3])).next(JOB_S)


def _fail_from_now_on(sign: str) -> None:
    if Path(sign).exists():
        raise ValueError("no start any more")


def _meet(here: str, there: str) -> int:
    Path(here).touch()
    await_(Path(there).exists)
    return os.getpid()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dies", [False, True])
def test_a_broken_pool_outlives_the_task_that_its_last_worker_runs(
    method: str, dies: bool, tmp_path: Path
) -> None:
    sign, started, end = (str(tmp_path / name) for name in ("sign", "started", "end"))
    context = multiprocessing.get_context(method)
    with Pool(2, _fail_from_now_on, (sign,), context=context) as pool:
        running = pool.apply_async(_meet, (started, end))
        await_(Path(started).exists)
        assert pool.map_async(square, range(3)).get(JOB_S) == [0, 1, 4]
        Path(sign).touch()
        (idle,) = [link for link in pool._dispatcher.links if not link.ledger]
        (last,) = [link for link in pool._dispatcher.links if link.ledger]
        os.kill(idle.pid, signal.SIGKILL)
        with pytest.raises(BrokenPoolError):
            running.get(JOB_S)
        if dies:
            os.kill(last.pid, signal.SIGKILL)
        else:
            Path(end).touch()
        await_(lambda: not last.ledger or last not in pool._dispatcher.links)
        with pytest.raises(BrokenPoolError):
            pool.apply_async(square, (3,)).get(JOB_S)
        pool.close()
        pool.join()


def _await_sleep(pool: Pool) -> None:
    """Wait until the dispatcher has nothing to do, so that only a wake-up can move it."""
    dispatcher = pool._dispatcher
    await_(lambda: not pool._pool)  # the last death would move it too
    dispatcher.repopulate()  # it is awake, and has noticed
    await_(lambda: dispatcher.inbox._asleep)


def _die(signum: int) -> None:
    os.kill(os.getpid(), signum)


def test_an_initializer_that_is_killed_is_tried_again_with_pauses() -> None:
    with Pool(1, _die, (signal.SIGKILL,), context=multiprocessing.get_context("fork")) as pool:
        workers = pool._dispatcher._workers
        await_(lambda: workers._failures > workers._failure_limit)
        before = workers._failures
        time.sleep(1.0)  # what is counted is how many workers were started in it
        assert workers._failures - before < 20
