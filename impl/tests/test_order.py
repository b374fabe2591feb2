"""Tasks start in the order of their submission, whatever is cut, taken back or sent by whom."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.context import BaseContext
from typing import Any

import pytest

from poolproof import Pool
from poolproof._wire import claims
from poolproof._wire.channel import Body, pickle_into, send, socket_pair
from poolproof._wire.frames import (
    RECORD_LIMIT,
    ResultKind,
    TaskHeader,
    TaskKind,
    pack_task,
    unpack_result,
)
from poolproof._wire.setup import Setup
from poolproof._worker.worker import worker_main

from . import starts
from .patience import WAIT_S
from .ways import apply_all, call_one, imap, imap_unordered, map_, map_one_by_one

TASKS = 1000
Item = tuple[int, float]


def _start_behind_all_earlier(item: Item) -> int:
    number, takes_s = item
    starts.start(number)
    until = time.monotonic() + WAIT_S
    while (first := starts.started.find(b"\0")) in range(number):
        assert time.monotonic() < until, f"{number} has started, and {first} has not"
        time.sleep(0.0005)
    time.sleep(takes_s)
    return number


@pytest.mark.parametrize("maxtasksperchild", [None, 50])
@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("way", [map_, map_one_by_one, imap, imap_unordered, apply_all])
def test_a_task_may_wait_for_the_start_of_every_earlier_one(
    way: Callable[..., list[int]],
    workers: int,
    maxtasksperchild: int | None,
) -> None:
    """Few take long among many that take no time: their frames are cut, and the rest comes back."""
    rng = random.Random(workers)  # noqa: S311  no secret
    items = [
        (number, rng.choice([0.005, 0.02, 0.03]) if rng.random() < 0.02 else 0.0)
        for number in range(TASKS)
    ]
    with starts.pool_of(workers, TASKS, maxtasksperchild=maxtasksperchild) as pool:
        assert way(pool, _start_behind_all_earlier, items) == list(range(TASKS))


def test_what_was_sent_ahead_of_what_comes_back_comes_back_too() -> None:
    """The second of three frames comes back behind the first, which is cut: so does the third."""
    own, peer = socket_pair()
    context = multiprocessing.get_context("fork")
    setup = Setup(None, (), traced=False)
    process = context.Process(target=worker_main, args=(peer, setup), daemon=True)
    body = Body()
    pickle_into(body, [(time.sleep, (0.01,), {})] * 3)
    frame = TaskHeader(TaskKind.RUN, exact=True, joint=True, size=body.size, tasks=3)
    with closing(own), closing(peer):
        process.start()
        for fd in (claims.create(), os.eventfd(0)):
            send(own, pack_task(TaskHeader(TaskKind.HELLO)), fd=fd)
            os.close(fd)
        for seq in (1, 2, 3):
            header = frame._replace(seq=seq, ahead_of=seq - 1)
            send(own, pack_task(header), body)
        send(own, pack_task(TaskHeader(TaskKind.STOP)))
        own.settimeout(WAIT_S)
        ready, *results = (unpack_result(memoryview(own.recv(RECORD_LIMIT))) for _ in range(4))
        process.join(WAIT_S)
    assert ready.kind == ResultKind.READY
    assert [(result.seq, result.tasks) for result in results] == [(1, 1), (2, 0), (3, 0)]
    assert process.exitcode == 0


_queue: Any = None


def _use(queue: Any) -> None:
    global _queue  # noqa: PLW0603  as above
    _queue = queue


def _put(number: int) -> None:
    _queue.put(number)


def _get() -> int:
    return _queue.get()  # type: ignore[no-any-return]  # what `_put` has put


SUBMIT: dict[str, Callable[[Pool, int], object]] = {
    "apply_async": lambda pool, number: pool.apply_async(_put, (number,)),
    "map_async": lambda pool, number: pool.map_async(_put, [number]),
    "imap": lambda pool, number: pool.imap(_put, [number]),
    "imap of an iterator": lambda pool, number: pool.imap(_put, iter([number])),
}


@pytest.fixture(name="worker")
def _worker() -> Iterator[Pool]:
    context: BaseContext = multiprocessing.get_context("fork")
    with Pool(1, _use, (context.SimpleQueue(),), context=context) as pool:
        yield pool


@pytest.mark.parametrize("submit", SUBMIT.values(), ids=SUBMIT)
def test_an_apply_runs_behind_what_its_thread_has_submitted_before(
    submit: Callable[[Pool, int], object], worker: Pool
) -> None:
    """It waits for that, with the only worker."""
    for number in range(100):
        handle = submit(worker, number)
        assert worker.apply(_get) == number
        del handle


def test_what_an_iterator_yields_runs_before_what_was_submitted_behind_it(worker: Pool) -> None:
    for number in range(0, 100, 2):
        puts = worker.imap(_put, (number + n for n in range(2)))
        gets = [worker.apply_async(_get) for _ in range(2)]
        assert [get.get(WAIT_S) for get in gets] == [number, number + 1]
        assert list(puts) == [None, None]


def test_an_input_is_read_though_earlier_jobs_have_the_workers() -> None:
    """Their tasks wait for what it does, and more of them than there are workers."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()

    def numbers() -> Iterator[int]:
        for number in range(5):
            queue.put(number)
        yield 5

    with Pool(1, _use, (queue,), context=context) as pool:
        gets = [pool.apply_async(_get) for _ in range(5)]
        last = pool.imap(abs, numbers())
        assert [get.get(WAIT_S) for get in gets] == list(range(5))
        assert list(last) == [5]


@pytest.mark.parametrize("submit", ["apply_async", "map", "imap"])
def test_what_stands_behind_the_last_tasks_of_a_worker_runs_elsewhere(
    submit: str,
) -> None:
    """The first of three tasks waits for the third, beside a worker that idles."""
    calls = [(starts.await_start, 2), (time.sleep, 0.01), (starts.start, 2)]
    with starts.pool_of(2, TASKS, maxtasksperchild=2) as pool:
        if submit == "apply_async":
            handles = [pool.apply_async(function, (argument,)) for function, argument in calls]
            got = [handle.get(WAIT_S) for handle in handles]
        elif submit == "map":
            got = pool.map_async(call_one, calls, 1).get(WAIT_S)
        else:
            got = list(pool.imap(call_one, calls))
    assert got == [2, None, 2]


def _pid_behind(pause_s: float) -> int:
    time.sleep(pause_s)
    return os.getpid()


def test_what_a_worker_gives_back_is_not_counted_for_it() -> None:
    """Of 300 tasks, some of them slow, each worker that retires has run all that it may."""
    rng = random.Random(3)  # noqa: S311  no secret
    pauses = [rng.choice([0.0, 0.0, 0.0, 0.02]) for _ in range(300)]
    context = multiprocessing.get_context("fork")
    with Pool(2, maxtasksperchild=50, context=context) as pool:
        ran = Counter(pool.imap(_pid_behind, pauses))
    assert sorted(ran.values())[2:] == [50] * (len(ran) - 2)
