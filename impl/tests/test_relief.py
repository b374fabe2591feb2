"""A worker that is held up gives back what it has not started, whatever holds it up."""

from __future__ import annotations

import multiprocessing
import os
import queue
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool, WorkerLostError
from poolproof._engine import relief
from poolproof._front import sizing
from poolproof._wire.claims import Progress

from . import ways
from .campaign import killing, run
from .patience import WAIT_S, await_
from .tasks import square

METHODS = multiprocessing.get_all_start_methods()

_barrier: Any = None


def _set_barrier(barrier: Any) -> None:
    global _barrier  # noqa: PLW0603  as initializers do
    _barrier = barrier


def _meet(item: int) -> int:
    if item < 2:
        _barrier.wait(WAIT_S)
    return item


@pytest.fixture(name="pool", params=METHODS, scope="module")
def _pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    context = multiprocessing.get_context(request.param)
    with Pool(2, _set_barrier, (context.Barrier(2),), context=context) as pool:
        # What has been fast so far makes frames of many items.
        pool.map_async(_meet, [2] * 500).get(WAIT_S)
        for result in [pool.apply_async(_meet, (2,)) for _ in range(500)]:
            result.get(WAIT_S)
        yield pool


def _maps_of_one(pool: Pool, task: ways.Task, items: Iterable[int]) -> list[int]:
    return [r.get(WAIT_S)[0] for r in [pool.map_async(task, [item]) for item in items]]


@pytest.mark.parametrize(
    "way",
    [
        ways.apply_all,
        ways.map_,
        ways.map_one_by_one,
        _maps_of_one,
        ways.imap,
        ways.imap_unordered,
    ],
)
@pytest.mark.parametrize("first", [0, 1, 4, 30])
def test_two_tasks_that_wait_for_each_other_meet(pool: Pool, way: ways.Way, first: int) -> None:
    items = [2] * first + [0, 1] + [2] * 5
    expected = sorted(items) if way is ways.imap_unordered else items
    assert way(pool, _meet, items) == expected


def _wait_for(path: str) -> str:
    """Return what is given; where it is a path, once there is a file."""
    await_(lambda: not path or Path(path).exists(), "the file")
    return path


@pytest.mark.parametrize("unordered", [False, True])
def test_an_outcome_is_shown_while_the_next_task_runs(
    pool: Pool, unordered: bool, tmp_path: Path
) -> None:
    """What the caller does with it may be what that task waits for."""
    released = tmp_path / "released"
    for quick in (1, 3, 100):
        released.unlink(missing_ok=True)
        items = [*[""] * quick, str(released)]
        results = (pool.imap_unordered if unordered else pool.imap)(_wait_for, items)
        assert [results.next(WAIT_S) for _ in range(quick)] == items[:-1]
        released.touch()
        assert results.next(WAIT_S) == str(released)


def test_an_outcome_of_an_apply_is_shown_while_the_next_one_runs(tmp_path: Path) -> None:
    released = tmp_path / "released"
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    with Pool(1) as pool:
        quick = [pool.apply_async(_wait_for, ("",), callback=told.put) for _ in range(3)]
        slow = pool.apply_async(_wait_for, (str(released),))
        assert [result.get(WAIT_S) for result in quick] == [""] * 3
        assert [told.get(timeout=WAIT_S) for _ in quick] == [""] * 3
        released.touch()
        assert slow.get(WAIT_S) == str(released)


@pytest.mark.parametrize("unordered", [False, True])
def test_one_worker_runs_tasks_in_their_order_however_its_frames_are_cut(
    unordered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later one may wait for what the caller does with the result of an earlier one."""
    for budget in ("BUDGET_NS", "LEAST_BUDGET_NS"):
        monkeypatch.setattr(sizing, budget, 30_000)  # as if each frame were much too large
    diary = str(tmp_path / "diary")
    with Pool(1) as pool:
        noted = partial(_note, diary)
        calls = [pool.apply_async(_note, (diary, number)) for number in range(300)]
        drawn = (pool.imap_unordered if unordered else pool.imap)(noted, range(300, 900))
        mapped = pool.map_async(noted, range(900, 1200), 1)
        calls += [pool.apply_async(_note, (diary, number)) for number in range(1200, 1500)]
        assert [drawn.next(WAIT_S) for _ in range(600)] == list(range(300, 900))
        mapped.get(WAIT_S)
        for call in calls:
            call.get(WAIT_S)
    ran = list(map(int, Path(diary).read_text().split()))
    assert ran == list(range(1500))


def _note(diary: str, number: int) -> int:
    with Path(diary).open("a") as notes:
        notes.write(f"{number}\n")
    return number


class _LinkStub:
    """What relief sees of a worker; `loads` times it cannot be asked yet."""

    held = True
    stuck = False
    pid = 0

    def __init__(self, ledger: list[int], loads: int = 0) -> None:
        self.ledger = ledger
        self.rung = self.shown = 0
        self.states: list[Progress] = []
        self._loads = loads
        self.bell = self

    @property
    def idle(self) -> bool:
        return not self.ledger

    def progress(self) -> Progress | None:
        return self.states.pop(0) if self.states else None

    def ask_to_show(self) -> None:
        self.shown += 1

    def withholds(self) -> bool:
        return bool(self.ledger) and not self.rung

    def ask_back(self) -> None:
        self._loads -= 1
        self.rung += self._loads < 0


def test_a_worker_that_loads_its_frame_is_asked_when_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relief, "PATIENCE_S", 0.0)
    asking, busy, idle = relief.Relief(), _LinkStub([1], loads=2), _LinkStub([])
    links: Any = [busy, idle]
    turns = 0
    asking.look(links)
    while asking.pause_s is not None:
        asking.look(links)
        turns += 1
    assert (busy.rung, idle.rung, turns) == (1, 0, 4), "asked in vain twice, then once; then none"


def _wait_or_die(item: tuple[str, float]) -> float:
    path, pause_s = item
    with Path(path).open("a") as diary:
        diary.write(f"{pause_s}\n")
    if pause_s < 0:
        os._exit(3)
    time.sleep(pause_s)
    return pause_s


def test_a_death_behind_what_was_given_back_costs_its_item_only(tmp_path: Path) -> None:
    path = str(tmp_path / "diary")
    with Pool(2) as pool:
        for result in [pool.apply_async(_wait_or_die, ((path, 0.0),)) for _ in range(300)]:
            result.get(WAIT_S)
        pauses = [0.0, 0.05, 0.06, -1.0, 0.07, 0.0, 0.08]
        results = [pool.apply_async(_wait_or_die, ((path, pause),)) for pause in pauses]
        for pause, result in zip(pauses, results, strict=True):
            if pause < 0:
                with pytest.raises(WorkerLostError):
                    result.get(WAIT_S)
            else:
                assert result.get(WAIT_S) == pause
    ran = Path(path).read_text().split()
    assert sorted(map(float, ran[300:])) == sorted(pauses), "each once"


@pytest.mark.parametrize(
    ("states", "shown", "waits"),
    [
        ([(1, 0, 0), (1, 0, 0)], 0, True),  # it does not run yet
        ([(1, 5, 3), (1, 5, 3)], 1, True),  # one task runs, and there are outcomes
        ([(1, 5, 3), (1, 5, 3), (1, 5, 0), (1, 5, 0)], 1, False),  # and then there are none
        ([(1, 5, 3), (1, 6, 4), (1, 7, 5)], 0, True),  # it goes on, and sends them by itself
        ([(1, 5, 3), (2, 5, 3)], 0, True),  # another frame
    ],
)
def test_a_worker_is_asked_for_outcomes_once_its_task_takes_long(
    states: list[tuple[int, int, int]], shown: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relief, "PATIENCE_S", 0.0)
    asking, busy = relief.Relief(), _LinkStub([1])
    busy.states = [Progress(*state) for state in states]
    links: Any = [busy]
    for _ in states:
        asking.look(links)
    assert (busy.shown, asking.pause_s is not None) == (shown, waits)
    asking.look(links)
    assert asking.pause_s is None, "its frame is over"


def _take_a_moment(gate: str | None) -> None:
    time.sleep(0.001)
    if gate is not None:
        await_(Path(gate).exists, "the gate")


def test_what_stands_behind_a_slow_task_runs_though_no_worker_ever_idles(tmp_path: Path) -> None:
    with Pool(2) as pool:
        for call in [pool.apply_async(_take_a_moment, (None,)) for _ in range(100)]:
            call.get(WAIT_S)
        gate = tmp_path / "gate"
        slow = pool.apply_async(_take_a_moment, (str(gate),))
        calls = [pool.apply_async(_take_a_moment, (None,)) for _ in range(3000)]
        for call in calls[:30]:
            call.get(WAIT_S)
        assert not calls[-1].ready(), "the other worker has work for three seconds"
        gate.touch()
        slow.get(WAIT_S)


@pytest.mark.parametrize("seed", range(5))
def test_kills_while_tasks_are_given_back_lose_and_double_nothing(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relief, "PATIENCE_S", 0.0)  # whoever idles has the others asked at once
    with Pool(3) as pool:
        with killing(pool, 50, 0.01, seed) as killer:
            run(pool, killer, tmp_path, seed)
        assert pool.map_async(square, range(100)).get(WAIT_S) == [n * n for n in range(100)]
