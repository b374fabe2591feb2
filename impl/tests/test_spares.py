"""Tasks that wait for later ones meet, in a worker more than there are to be if need be."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool
from poolproof._engine.spares import STANDING_S, WAITING_S

from . import starts
from .patience import WAIT_S, await_
from .ways import Way, apply_all, apply_one_by_one, call_one, imap, imap_unordered, map_one_by_one

QUICK = 3000
TASKS = QUICK + 60
WORKERS = 3
AGE_S = 0.2  # of a program: one that is 10 ms older than a task may be that task's, by what is told
WAYS = [map_one_by_one, imap, imap_unordered, apply_all]
_kept: list[Any] = []  # in a worker, what its tasks leave


def _await_the_next(number: int) -> int:
    """Start; every other task waits until the next one has started."""
    starts.start(number)
    if number % 2 == 0:
        starts.await_start(number + 1)
    return number


@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("way", WAYS)
def test_a_task_may_wait_for_the_start_of_the_next_one(way: Way, workers: int) -> None:
    """Their frames put them into two workers, each behind another that waits."""
    with starts.pool_of(workers, 200) as pool:
        assert way(pool, _await_the_next, range(200)) == list(range(200))
        await_(lambda: len(pool._pool) == workers, "the end of those that helped")
        assert pool.map_async(starts.start, range(100)).get(WAIT_S) == list(range(100))


@pytest.fixture(name="gate")
def _gate(tmp_path: Path) -> Iterator[Path]:
    """What programs and threads wait for that tasks start; none outlives the test."""
    path = tmp_path / "gate"
    yield path
    path.touch()


def _program_until(path: str) -> list[str]:
    return ["/bin/sh", "-c", f"while [ ! -e {path} ]; do sleep 0.01; done"]


def _compute_until(path: str) -> None:
    while not os.path.exists(path):  # noqa: PTH110  it computes
        sum(range(10_000))


def _run_until(path: str, *, read: bool = False) -> None:
    subprocess.run(_program_until(path), timeout=2 * WAIT_S, check=True, capture_output=read)


def _two_among_quick_ones(pool: Pool, function: Callable[[Any], Any], argument: Any) -> Any:
    """Submit two slow tasks, one of which is begun ahead of quick ones."""
    for _ in range(20):
        pool.map_async(abs, range(100), 1).get(WAIT_S)
    calls: list[tuple[Callable[..., Any], Any]] = [(abs, 1)] * 200
    calls[20] = calls[120] = (function, argument)
    return pool.map_async(call_one, calls, 1)


@pytest.mark.parametrize("work", [_compute_until, _run_until, partial(_run_until, read=True)])
def test_no_worker_is_added_beside_slow_ones_that_work(
    work: Callable[[str], None], gate: Path
) -> None:
    """There are as many at a time as there are to be, though a task waits that came before."""
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        running = _two_among_quick_ones(pool, work, str(gate))
        for_s = STANDING_S + WAITING_S
        time.sleep(2 * for_s)  # what is counted is how many workers there are by then
        assert len(pool._pool) == 2
        gate.touch()
        running.wait(WAIT_S)


def _start_and_await(pair: tuple[int, int]) -> int:
    number, awaited = pair
    starts.start(number)
    return starts.await_start(awaited)


def _begin_when_told() -> None:
    """Start as a worker; one that comes later waits for a sign."""
    if starts.started[0]:
        starts.await_start(1)


def test_a_worker_that_comes_too_late_to_help_goes() -> None:
    with starts.pool_of(2, 5, initializer=_begin_when_told) as pool:
        assert apply_all(pool, _start_and_await, [(3, 4), (4, 3)]) == [4, 3]  # both are there
        starts.start(0)
        running = _two_among_quick_ones(pool, starts.await_start, 2)
        await_(lambda: len(pool._pool) == 3, "the worker that is to help")
        starts.start(2)
        running.wait(WAIT_S)
        starts.start(1)
        await_(lambda: len(pool._pool) == 2, "its end")
        assert pool.apply(abs, (-1,)) == 1


def _await_the_group(number: int) -> int:
    """Behind many quick ones, each three tasks wait until all three have started."""
    starts.start(number)
    if (group := (number - QUICK) // 3) >= 0:
        first = QUICK + 3 * group
        for other in range(first, first + 3):
            starts.await_start(other)
    return number


@pytest.mark.parametrize("way", WAYS)
def test_groups_meet_behind_many_quick_tasks(way: Way) -> None:
    """Frames are large by then, and all workers may stand in one that was sent in the same turn."""
    with starts.pool_of(WORKERS, TASKS) as pool:
        assert way(pool, _await_the_group, range(TASKS)) == list(range(TASKS))


def _in_each(pool: Pool, leave: Callable[[str], None], path: Path) -> None:
    calls = [(number, leave, str(path)) for number in range(WORKERS)]
    pool.starmap_async(_leave_beside_the_others, calls, 1).get(WAIT_S)


def _leave_beside_the_others(number: int, leave: Callable[[str], None], path: str) -> None:
    starts.start(number)
    for other in range(WORKERS):
        starts.await_start(other)
    leave(path)


def _leave_a_program_that_is_over(_: str) -> None:
    over = subprocess.Popen(["/bin/true"])  # nobody asks for its exit code
    os.waitid(os.P_PID, over.pid, os.WEXITED | os.WNOWAIT)
    _kept.append(over)


def _leave_a_program_that_serves(path: str) -> None:
    _kept.append(subprocess.Popen(_program_until(path)))


@pytest.mark.parametrize("leave", [_leave_a_program_that_is_over, _leave_a_program_that_serves])
def test_groups_meet_beside_programs_that_they_do_not_wait_for(
    leave: Callable[[str], None], gate: Path
) -> None:
    with starts.pool_of(WORKERS, TASKS) as pool:
        _in_each(pool, leave, gate)
        until = time.monotonic() + AGE_S
        while time.monotonic() < until:
            pool.map_async(abs, range(100), 1).get(WAIT_S)
        assert imap(pool, _await_the_group, range(TASKS)) == list(range(TASKS))
        gate.touch()


def _leave_a_thread_that_stays(path: str) -> None:
    """Keep the process from exiting once it has retired."""
    threading.Thread(target=await_, args=(Path(path).exists,)).start()


def test_groups_meet_beside_a_worker_that_takes_long_to_exit(gate: Path) -> None:
    with starts.pool_of(WORKERS, TASKS, maxtasksperchild=500) as pool:
        pool.apply_async(_leave_a_thread_that_stays, (str(gate),)).get(WAIT_S)
        assert imap(pool, _await_the_group, range(TASKS)) == list(range(TASKS))
        gate.touch()


@pytest.mark.parametrize("way", [*WAYS, apply_one_by_one])
def test_what_a_later_job_waits_for_may_come_of_an_earlier_input(way: Way) -> None:
    """It had nothing at hand when the workers were given what was submitted behind it."""
    gate = threading.Event()

    def numbers() -> Iterator[int]:
        yield 0
        gate.wait(WAIT_S)
        yield 1

    with starts.pool_of(2, 6) as pool, ThreadPoolExecutor(2) as callers:
        started = pool.imap(starts.start, numbers())
        assert next(started) == 0
        pairs = [[(2, 1), (4, 1)], [(3, 1), (5, 1)]]
        waiting = [callers.submit(way, pool, _start_and_await, pair) for pair in pairs]
        await_(lambda: sum(starts.started[2:]) == 2, "two that wait for what is not read yet")
        gate.set()
        assert started.next(WAIT_S) == 1
        assert [job.result(WAIT_S) for job in waiting] == [[1, 1], [1, 1]]


def _has_sent_what_there_is(pool: Pool) -> bool:
    """Tell whether the dispatcher sleeps, and not only until an input has had its chance."""
    return pool._dispatcher.inbox.quiet() and not pool._dispatcher._loop.jobs.hold_s


def test_the_worker_that_helps_is_there_for_what_is_read_next() -> None:
    """Or it would stand in a task of the later job, too, and so would all that came after it."""
    taken = threading.Semaphore(0)

    def numbers() -> Iterator[int]:
        for number in range(6):
            yield number
            assert taken.acquire(timeout=WAIT_S)

    with starts.pool_of(2, 12) as pool:
        started = pool.imap(starts.start, numbers())
        assert started.next(WAIT_S) == 0
        waiting = [pool.apply_async(_start_and_await, ((number, 5),)) for number in range(6, 12)]
        await_(lambda: sum(starts.started[6:]) == 2, "two that wait for what is not read yet")
        for number in range(1, 6):
            await_(lambda: _has_sent_what_there_is(pool), "what would be sent in its place")
            taken.release()
            assert started.next(WAIT_S) == number
            assert len(pool._pool) <= 3
        taken.release()
        assert [call.get(WAIT_S) for call in waiting] == [5] * 6
        await_(lambda: len(pool._pool) == 2, "the end of the one that helped")


@pytest.mark.parametrize("of", [iter, list])
def test_what_a_later_job_waits_for_may_be_read_once_results_are_taken(
    of: Callable[[range], Iterable[int]],
) -> None:
    with starts.pool_of(2, 22) as pool:
        numbers = pool.imap(starts.start, of(range(20)), buffersize=4)
        assert next(numbers) == 0
        waiting = [pool.apply_async(_start_and_await, ((number, 15),)) for number in (20, 21)]
        await_(lambda: sum(starts.started[20:]) == 2, "two that wait for what is not read yet")
        assert [numbers.next(WAIT_S) for _ in range(19)] == list(range(1, 20))
        assert [call.get(WAIT_S) for call in waiting] == [15, 15]
