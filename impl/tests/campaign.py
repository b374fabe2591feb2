"""A kill campaign: jobs of every kind, workers killed at random instants, every item accounted."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from poolproof import IMapIterator, Pool, WorkerLostError
from poolproof._link.link import Link

from .tasks import Item, write_down, write_down_at_length

IMPARTIAL = 0.25  # part of the kills that may hit a worker without a task
JOB_S = 60.0  # a bound for a job of a fraction of a second
SIZES = (0, 0, 0, 100_000, 200_000)  # bytes of a result, 0 for a number

Task = Callable[[Item], int | bytes]


@dataclass
class Outcomes:
    """What a job returned, and which of its items it said were lost."""

    values: list[int] = field(default_factory=list)
    lost: list[WorkerLostError] = field(default_factory=list)

    def take(self, get: Callable[[], Any]) -> None:
        """Take one outcome in."""
        try:
            value = get()
        except WorkerLostError as error:
            self.lost.append(error)
        else:
            self.values += map(_number_in, value if isinstance(value, list) else [value])


def _number_in(value: int | bytes) -> int:
    if isinstance(value, int):
        return value
    assert value == value[:4] * (len(value) // 4), "a result that is partly another's"
    return int.from_bytes(value[:4])


class Killer:
    """A thread that kills a random worker, again and again, until its kills are used up."""

    def __init__(self, pool: Pool, kills: int, pause_s: float, seed: int) -> None:
        self.kills = 0
        self._pool = pool
        self._wanted = kills
        self._pause_s = pause_s
        self._random = random.Random(seed)  # noqa: S311  a replay, not a secret
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def done(self) -> bool:
        """Tell whether all kills are used up."""
        return self.kills >= self._wanted

    def _run(self) -> None:
        while not self.done and not self._stop.wait(self._random.uniform(0, self._pause_s)):
            victims = self._victims()
            if victims:
                self._kill(self._random.choice(victims))

    def _victims(self) -> list[int]:
        """Return busy workers, or those that run a task; now and then idle and starting ones."""
        links = self._pool._dispatcher.links
        busy = [link for link in links if link.ledger]
        # On a machine with no processor to spare, a worker would be killed before it starts a task,
        # again and again: so all are victims only while one is busy, and half the kills wait.
        if not busy or self._random.random() >= IMPARTIAL:
            running = [link for link in busy if _runs(link)]
            links = self._random.choice([busy, running])
        return [pid for link in links if (pid := _pid_of(link)) is not None]

    def _kill(self, pid: int) -> None:
        # Through a descriptor: the number may belong to another process by now.
        with suppress(ProcessLookupError):
            fd = os.pidfd_open(pid)
            try:
                self.kills += 1  # first: the error may be there before this thread goes on
                signal.pidfd_send_signal(fd, signal.SIGKILL)
            finally:
                os.close(fd)


def _runs(link: Link) -> bool:
    try:
        return link.bell.runs()
    except (IndexError, ValueError):  # done, or buried, a moment ago
        return False


def _pid_of(link: Link) -> int | None:
    try:
        return link.process.pid
    except ValueError:  # buried and closed a moment ago
        return None


@contextmanager
def killing(pool: Pool, kills: int, pause_s: float, seed: int) -> Iterator[Killer]:
    """Have workers killed while the body runs."""
    killer = Killer(pool, kills, pause_s, seed)
    killer._thread.start()
    try:
        yield killer
    finally:
        killer._stop.set()
        killer._thread.join(JOB_S)


def _map(pool: Pool, task: Task, items: list[Item], outcomes: Outcomes) -> None:
    outcomes.take(lambda: pool.map_async(task, items).get(JOB_S))


def _map_in_chunks(pool: Pool, task: Task, items: list[Item], outcomes: Outcomes) -> None:
    outcomes.take(lambda: pool.map_async(task, items, 3).get(JOB_S))


def _apply(pool: Pool, task: Task, items: list[Item], outcomes: Outcomes) -> None:
    for handle in [pool.apply_async(task, (item,)) for item in items]:
        outcomes.take(partial(handle.get, JOB_S))


def _imap(pool: Pool, task: Task, items: list[Item], outcomes: Outcomes) -> None:
    _iterate(pool.imap(task, items), outcomes)


def _imap_unordered(pool: Pool, task: Task, items: list[Item], outcomes: Outcomes) -> None:
    _iterate(pool.imap_unordered(task, iter(items)), outcomes)


def _iterate(results: IMapIterator[Any], outcomes: Outcomes) -> None:
    with suppress(StopIteration):
        while True:
            outcomes.take(lambda: results.next(JOB_S))


EACH_FOR_ITSELF = {"apply": _apply, "imap": _imap, "imap_unordered": _imap_unordered}
ALL_OR_NOTHING = {"map": _map, "map in chunks": _map_in_chunks}


def run(pool: Pool, killer: Killer, folder: Path, seed: int) -> int:
    """Run jobs until the killer is done; return how many errors they ended with."""
    rng = random.Random(seed)  # noqa: S311  a replay, not a secret
    errors = rounds = 0
    kinds = {**EACH_FOR_ITSELF, **ALL_OR_NOTHING}
    while not killer.done:
        rounds += 1
        kind = rng.choice(list(kinds))
        diary = folder / f"diary-{rounds}"
        spin_s = rng.choice([0.0, 0.0001, 0.001])
        items = [Item(str(diary), number, spin_s) for number in range(rng.randrange(1, 200))]
        size = rng.choice(SIZES)
        outcomes = Outcomes()
        task: Task = partial(write_down_at_length, size) if size else write_down
        kinds[kind](pool, task, items, outcomes)
        _account(kind, len(items), outcomes, diary)
        errors += len(outcomes.lost)
        assert errors <= killer.kills, f"{errors} errors of {killer.kills} kills"
    return errors


def _account(kind: str, total: int, outcomes: Outcomes, diary: Path) -> None:
    """Check that no item is lost or doubled, and that none was run twice."""
    lines = Counter(diary.read_text().splitlines() if diary.exists() else [])
    assert max(lines.values(), default=1) == 1, f"{kind}: ran twice: {lines.most_common(1)}"
    lost = [error.index for error in outcomes.lost]
    if kind in EACH_FOR_ITSELF and kind != "apply":
        assert sorted(outcomes.values + lost) == list(range(total)), f"{kind}: lost or doubled"
    elif kind == "apply":
        assert len(outcomes.values) + len(lost) == total, f"{kind}: lost or doubled"
        assert len(set(outcomes.values)) == len(outcomes.values), f"{kind}: doubled"
    elif not lost:
        assert outcomes.values == list(range(total)), f"{kind}: lost, doubled or out of order"
    missing = {value for value in outcomes.values if f"end {value}" not in lines}
    assert not missing, f"{kind}: results of items that never ended: {missing}"
    if kind == "imap":
        assert outcomes.values == sorted(outcomes.values), "imap: out of order"
