"""Tasks start in the order of their submission, whatever is cut, taken back or sent by whom."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool

from .patience import WAIT_S

TASKS = 1000
Item = tuple[int, float]
_started: mmap.mmap  # a byte a task, shared by all workers; set where its task has started


def _share(path: str) -> None:
    global _started  # noqa: PLW0603  what an initializer leaves for the tasks
    file = os.open(path, os.O_RDWR)
    _started = mmap.mmap(file, TASKS)
    os.close(file)


def _start_behind_all_earlier(item: Item) -> int:
    number, takes_s = item
    _started[number] = 1
    until = time.monotonic() + WAIT_S
    while (first := _started.find(b"\0")) in range(number):
        assert time.monotonic() < until, f"{number} has started, and {first} has not"
        time.sleep(0.0005)
    time.sleep(takes_s)
    return number


def _map(pool: Pool, items: list[Item]) -> list[int]:
    return pool.map_async(_start_behind_all_earlier, items).get(2 * WAIT_S)  # type: ignore[no-any-return]  # a list


def _map_one_by_one(pool: Pool, items: list[Item]) -> list[int]:
    return pool.map_async(_start_behind_all_earlier, items, 1).get(2 * WAIT_S)  # type: ignore[no-any-return]  # a list


def _imap(pool: Pool, items: list[Item]) -> list[int]:
    return list(pool.imap(_start_behind_all_earlier, items))


def _imap_unordered(pool: Pool, items: list[Item]) -> list[int]:
    return sorted(pool.imap_unordered(_start_behind_all_earlier, iter(items)))


def _apply(pool: Pool, items: list[Item]) -> list[int]:
    calls = [pool.apply_async(_start_behind_all_earlier, (item,)) for item in items]
    return [call.get(2 * WAIT_S) for call in calls]


@pytest.mark.parametrize("maxtasksperchild", [None, 50])
@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("way", [_map, _map_one_by_one, _imap, _imap_unordered, _apply])
def test_a_task_may_wait_for_the_start_of_every_earlier_one(
    way: Callable[[Pool, list[Item]], list[int]],
    workers: int,
    maxtasksperchild: int | None,
    tmp_path: Path,
) -> None:
    """Few take long among many that take no time: their frames are cut, and the rest comes back."""
    rng = random.Random(workers)  # noqa: S311  no secret
    items = [
        (number, rng.choice([0.005, 0.02, 0.03]) if rng.random() < 0.02 else 0.0)
        for number in range(TASKS)
    ]
    path = tmp_path / "started"
    path.write_bytes(bytes(TASKS))
    context = multiprocessing.get_context("fork")
    with Pool(workers, _share, (str(path),), maxtasksperchild, context) as pool:
        assert way(pool, items) == list(range(TASKS))


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
