"""A trace says which worker ran which item when, and of every item, once."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from poolproof import IMapIterator, Pool, WorkerLostError
from poolproof._wire.claims import STAMPS, Phase

from .campaign import killing
from .patience import WAIT_S, await_
from .tasks import Item, block, block_at, die_at, exit_with, read_all, square, write_down

METHODS = multiprocessing.get_all_start_methods()


def _pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def _refuse() -> None:
    raise ValueError("not in this process")


class _NotLoaded:
    """A function that no worker can load."""

    def __call__(self, number: int) -> int:
        return number

    def __reduce__(self) -> tuple[Any, ...]:
        return _refuse, ()


class _Stuck:
    """An argument whose pickling blocks."""

    def __init__(self) -> None:
        self.entered, self.over = threading.Event(), threading.Event()

    def __reduce__(self) -> tuple[Any, ...]:
        self.entered.set()
        self.over.wait(WAIT_S)
        return int, ()


class _KillsWhenLoaded:
    """An argument that ends the worker which loads it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exit_with, (3,)


def _events(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]  # a list of objects


def _bars(path: Path) -> list[dict[str, Any]]:
    return [event for event in _events(path) if event["ph"] == "X"]


@pytest.mark.parametrize("method", METHODS)
def test_every_item_has_one_bar_and_the_id_of_its_job(method: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(2, context=multiprocessing.get_context(method), trace=path) as pool:
        # Some take longer than others, so that a frame has several results.
        calls = [pool.apply_async(_pid_after, (0.001 * (n % 3),)) for n in range(60)]
        whole = pool.map_async(square, range(50))
        chunked = pool.map_async(square, range(16), chunksize=14)
        alone = pool.map_async(square, [3])
        for result in [*calls, whole, chunked, alone]:
            result.get(WAIT_S)
        assert list(pool.imap(square, range(5))) == [0, 1, 4, 9, 16]
        pool.close()
        pool.join()
    names = Counter((bar["args"]["job"], bar["args"]["item"]) for bar in _bars(path))
    expected = [(call.job, 0) for call in calls]
    expected += [(whole.job, n) for n in range(50)]
    expected += [(chunked.job, n) for n in range(16)]
    expected += [(alone.job, 0)]
    expected += [(alone.job + 1, n) for n in range(5)]
    assert names == Counter(expected)
    kinds = Counter(bar["cat"] for bar in _bars(path))
    assert kinds == {"apply": 60, "map": 67, "imap": 5}


def test_a_bar_lies_in_the_lane_of_its_worker_and_over_no_other(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(3, trace=path) as pool:
        results = [pool.apply_async(_pid_after, (0.002,)) for _ in range(40)]
        workers = {result.job: result.get(WAIT_S) for result in results}
        pool.close()
        pool.join()
    lanes = defaultdict(list)
    for bar in _bars(path):
        assert bar["tid"] == workers[bar["args"]["job"]]
        assert bar["dur"] >= 2_000, "microseconds, as long as the item slept"
        lanes[bar["tid"]].append((bar["ts"], bar["ts"] + bar["dur"]))
    for spans in lanes.values():
        assert all(end <= start for (_, end), (start, _) in pairwise(sorted(spans)))


@pytest.mark.parametrize("maxtasksperchild", [None, 1])  # 1: it dies in its last frame
def test_a_trace_tells_of_a_worker_that_died(maxtasksperchild: int | None, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, maxtasksperchild=maxtasksperchild, trace=path) as pool:
        with pytest.raises(WorkerLostError):
            pool.apply_async(exit_with, (3,)).get(WAIT_S)
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9
        pool.close()
        pool.join()
    names = [event["name"] for event in _events(path)]
    assert sum(name.startswith("worker lost: ") for name in names) == 1
    assert sum(name.startswith("apply 2") for name in names) == 1
    assert _lost(path) == [(1, 0)]


def test_a_pool_that_is_terminated_completes_its_trace(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, trace=path) as pool:
        pool.apply(square, (3,))
    assert [bar["name"] for bar in _bars(path)] == ["apply 1: item 0"]


@pytest.mark.parametrize("items", [3, 3000])
def test_a_disk_that_is_full_costs_the_trace_and_nothing_else(items: int) -> None:
    squares = [n * n for n in range(items)]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", RuntimeWarning)
        pool = Pool(2, trace="/dev/full")
        for _ in range(2):
            assert pool.map_async(square, range(items)).get(WAIT_S) == squares
        pool.close()
        ended = threading.Thread(target=pool.join, daemon=True)
        ended.start()
        ended.join(WAIT_S)
        assert not ended.is_alive(), "join() still waits"
    told = [str(warning.message) for warning in seen if warning.category is RuntimeWarning]
    assert len(told) == 1
    assert "/dev/full is not complete: [Errno 28] No space left on device" in told[0]


def test_an_item_that_terminate_ends_is_lost_and_those_before_it_are_not(tmp_path: Path) -> None:
    path, started = tmp_path / "trace.json", tmp_path / "started"
    with Pool(1, trace=path) as pool:
        pool.map_async(partial(block_at, 2, str(started)), range(5), chunksize=5)
        await_(started.exists, "the task")
        before_us = time.perf_counter_ns() / 1e3
    assert list(map(_item, _bars(path))) == [(1, 0), (1, 1), (1, 2)]
    assert _lost(path) == [(1, 2)]
    last = _bars(path)[-1]
    assert last["ts"] < before_us <= last["ts"] + last["dur"]


def test_an_item_whose_outcome_nobody_reads_any_more_has_its_bar(tmp_path: Path) -> None:
    path, fifo, stuck = tmp_path / "trace.json", tmp_path / "fifo", _Stuck()
    os.mkfifo(fifo)
    with Pool(1, trace=path) as pool:
        pool.apply_async(read_all, (str(fifo),))
        pool.apply_async(square, (stuck,))  # holds up the dispatcher
        assert stuck.entered.wait(WAIT_S)
        fifo.write_bytes(b"")
        (link,) = pool._dispatcher.links
        await_(lambda: link.slot.read().phase is Phase.IDLE)
    stuck.over.set()
    assert list(map(_item, _bars(path))) == [(1, 0)]
    assert _lost(path) == []


def _item(bar: dict[str, Any]) -> tuple[int, int]:
    return bar["args"]["job"], bar["args"]["item"]


def _lost(path: Path) -> list[tuple[int, int]]:
    return [_item(bar) for bar in _bars(path) if bar["args"].get("lost")]


def _results(job: str, pool: Pool, items: list[tuple[int, int]]) -> list[Callable[[], Any]]:
    """Submit `die_at` for each of the items; return what waits for the outcomes."""
    if job == "apply":
        handles = [pool.apply_async(die_at, (item,)) for item in items]
        return [partial(handle.get, WAIT_S) for handle in handles]
    if job == "map":
        return [partial(pool.map_async(die_at, items).get, WAIT_S)]
    return [partial(pool.imap(die_at, items).next, WAIT_S)] * len(items)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("job", ["apply", "imap", "map"])
@pytest.mark.parametrize("fatal", [0, 57])
def test_every_item_has_its_bar_where_one_kills_its_worker(
    method: str, job: str, fatal: int, tmp_path: Path
) -> None:
    path = tmp_path / "trace.json"
    with Pool(2, context=multiprocessing.get_context(method), trace=path) as pool:
        items = [(n, fatal) for n in range(100)]
        errors = 0
        for result in _results(job, pool, items):
            try:
                result()
            except WorkerLostError:
                errors += 1
        assert errors == 1
        pool.close()
        pool.join()
    places = [(n + 1, 0) if job == "apply" else (1, n) for n in range(100)]
    assert Counter(map(_item, _bars(path))) == Counter(places)
    assert _lost(path) == [places[fatal]]


def test_a_lost_item_lasts_from_its_start_to_its_workers_death(tmp_path: Path) -> None:
    path, started = tmp_path / "trace.json", tmp_path / "started"
    with Pool(1, trace=path) as pool:
        result = pool.map_async(block, [str(started)])
        await_(started.exists, "the task")
        (worker,) = pool._pool
        pid = worker.pid
        before_us = time.perf_counter_ns() / 1e3
        worker.kill()
        with pytest.raises(WorkerLostError):
            result.get(WAIT_S)
        pool.close()
        pool.join()
    (bar,) = _bars(path)
    (death,) = [event for event in _events(path) if event["name"].startswith("worker lost")]
    assert bar["name"] == "map 1: item 0 (lost)"
    assert bar["tid"] == death["tid"] == pid
    assert bar["ts"] < before_us <= bar["ts"] + bar["dur"] <= death["ts"]


@pytest.mark.parametrize("method", METHODS)
def test_a_chunk_shows_how_far_its_worker_came(method: str, tmp_path: Path) -> None:
    size, fatal = 3 * STAMPS, 2 * STAMPS + 7  # more than the claim slot holds
    path = tmp_path / "trace.json"
    with Pool(1, context=multiprocessing.get_context(method), trace=path) as pool:
        assert pool.map_async(square, range(size), size).get(WAIT_S) == [n * n for n in range(size)]
        with pytest.raises(WorkerLostError):
            pool.map_async(die_at, [(n, fatal) for n in range(size)], size).get(WAIT_S)
        pool.close()
        pool.join()
    whole, torn = (range(size), range(fatal + 1))
    expected = [(1, n) for n in whole] + [(2, n) for n in torn]
    assert Counter(map(_item, _bars(path))) == Counter(expected)
    assert _lost(path) == [(2, fatal)]


def test_an_item_that_cannot_be_loaded_is_lost_where_its_worker_died(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, trace=path) as pool:
        items: list[Any] = [3, _KillsWhenLoaded(), 4]
        results = pool.imap(square, items)
        assert results.next(WAIT_S) == 9
        with pytest.raises(WorkerLostError):
            results.next(WAIT_S)
        assert results.next(WAIT_S) == 16
        pool.close()
        pool.join()
    assert sorted(map(_item, _bars(path))) == [(1, 0), (1, 1), (1, 2)]
    assert _lost(path) == [(1, 1)]


@pytest.mark.parametrize(
    ("method", "kills", "pause_s"),
    [("fork", 40, 0.01), ("spawn", 5, 0.3), ("forkserver", 5, 0.1)],
)
def test_no_kill_costs_a_bar_or_draws_one_twice(
    method: str, kills: int, pause_s: float, tmp_path: Path
) -> None:
    path = tmp_path / "trace.json"
    started: Counter[tuple[int, int]] = Counter()
    lost: list[tuple[int, int]] = []
    with Pool(3, context=multiprocessing.get_context(method), trace=path) as pool:
        with killing(pool, kills, pause_s, seed=11) as killer:
            while not killer.done:
                job = next(pool._jobs) + 1
                diary = tmp_path / f"diary-{job}"
                items = [Item(str(diary), n, 0.0001 * (job % 3)) for n in range(150)]
                if job % 2:
                    with suppress(WorkerLostError):
                        pool.map_async(write_down, items).get(WAIT_S)
                else:
                    lost += [(job, n) for n in _lost_of(pool.imap(write_down, items))]
                words = [line.split() for line in diary.read_text("ascii").splitlines()]
                started += Counter((job, int(n)) for what, n in words if what == "start")
        pool.close()
        pool.join()
    bars = Counter(map(_item, _bars(path)))
    assert max(bars.values()) == max(started.values()) == 1
    assert not started - bars, "items without a bar"
    marked = _lost(path)
    assert bars - started <= Counter(marked), "only what died on its way to its first line"
    assert sorted(place for place in marked if not place[0] % 2) == sorted(lost)


def _lost_of(results: IMapIterator[Any]) -> Iterator[int]:
    """Take all results; yield the item of each that was lost."""
    while True:
        try:
            results.next(WAIT_S)
        except StopIteration:
            return
        except WorkerLostError as error:
            yield error.index


@pytest.mark.parametrize("method", METHODS)
def test_a_function_that_cannot_be_loaded_ends_no_worker(method: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, context=multiprocessing.get_context(method), trace=path) as pool:
        with pytest.raises(ValueError, match="not in this process"):
            pool.map_async(_NotLoaded(), range(100)).get(WAIT_S)
        assert pool.map_async(square, range(3)).get(WAIT_S) == [0, 1, 4]
        pool.close()
        pool.join()
    assert not [event for event in _events(path) if event["name"].startswith("worker lost")]


def test_a_pipe_is_no_file_for_a_trace(tmp_path: Path) -> None:
    """Where nobody reads it, the dispatcher would wait, and `terminate()` with it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ValueError, match=r"trace: expected the path of a file, got a pipe, .*pipe"):
        Pool(1, trace=path)
