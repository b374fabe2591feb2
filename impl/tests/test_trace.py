"""A trace says which worker ran which item when, and of every item, once."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool, WorkerLostError

from .tasks import exit_with, square

WAIT_S = 30.0
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


def test_a_trace_tells_of_a_worker_that_died(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, trace=path) as pool:
        with pytest.raises(WorkerLostError):
            pool.apply_async(exit_with, (3,)).get(WAIT_S)
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9
        pool.close()
        pool.join()
    names = [event["name"] for event in _events(path)]
    assert sum(name.startswith("worker lost: ") for name in names) == 1
    assert sum(name.startswith("apply 2") for name in names) == 1


def test_a_pool_that_is_terminated_completes_its_trace(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with Pool(1, trace=path) as pool:
        pool.apply(square, (3,))
    assert [bar["name"] for bar in _bars(path)] == ["apply 1: item 0"]


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
