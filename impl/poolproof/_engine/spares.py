"""Tasks that wait for later ones meet, though frames have mixed up who runs beside whom.

The standard library hands tasks out one by one: whatever a task waits for, it runs beside those
that were submitted right before and behind it.  Here one worker may stand in task 0 while the other
stands in task 20 of its own frame; task 1 came back and waits for either, and either may wait for
it:

    worker A    0 ..............        stands, and nothing but task 1 may help
    worker B    20 .............        was begun ahead of its turn
    returned    1 2 3 ... 21 22 ...

Or the input of an earlier job had nothing at hand, and both run tasks of a later one, which wait
for what it yields now.

Nobody can take task 20 back.  So where every worker has stood in one task for a second, the second
half of it without use of the processor, and an earlier task waits, the pool starts one worker more;
and from then on the tasks of its jobs are handed out one by one, so that it happens once.  When
none that runs is ahead of one that waits, nor may be, that worker goes.  Until then it runs what
came earlier, and where the input still has nothing at hand, nothing (see `TaskHandler`).
"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from .._front.job_queue import JobQueue
from .._link.link import Link
from .._link.loans import Loans
from .worker_handler import WorkerHandler

STANDING_S = 0.5
WAITING_S = 0.5  # then, in which they are seen not to work
BUSY = 0.25  # of a processor; what polls uses some, and waits
_RUNS = "R"  # or would, if it had a processor
_OVER = ("", "Z", "X")  # it is gone, or nobody has asked for its exit code
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")

_Tasks = tuple[tuple[int, tuple[int, int]], ...]


class Spares:
    """Looks whether all workers stand; used by the dispatcher's thread alone."""

    def __init__(self, workers: WorkerHandler, jobs: JobQueue, loans: Loans) -> None:
        self._workers = workers
        self._jobs = jobs
        self._loans = loans
        self._standing: _Tasks = ()
        self._look_at = 0.0
        self._stats: dict[int, _Stat] = {}  # by pid, as of the last look at the processors
        self._awaits_input = False  # and nobody would tell: no worker has room for what it yields

    @property
    def pause_s(self) -> float | None:
        """Seconds after which to look again, None where only an event brings news."""
        if not self._standing:
            return STANDING_S if self._awaits_input else None
        return max(0.0, self._look_at - time.monotonic())

    def look(self) -> None:
        """Ask for one worker more, or one less, where that is due.

        Called when every worker has been sent what there is for it.
        """
        links = [link for link in self._workers.links if not link.retiring]
        self._awaits_input = False
        starts = not all(link.ready for link in links)  # and may be the one that helps
        self._note(links, () if starts else self._standing_ahead(links))

    def _standing_ahead(self, links: list[Link]) -> _Tasks:
        """Return the tasks of all workers, if each is in one and some are ahead of their turn.

        Where none is, but may be when the input yields, have it read; else let the spare go.
        """
        if self._jobs.waiting and any(map(self._is_ahead, links)):
            if all(link.ledger for link in links):
                return tuple((link.pid, link.bell.task()) for link in links if link.held)
        elif self._jobs.waiting and any(map(self._may_be_ahead, links)):
            self._awaits_input = self._workers.has_spare or all(link.ledger for link in links)
            if self._awaits_input:
                self._jobs.read_on()
        elif self._workers.has_spare:
            self._loans.reclaim(links)  # those that idle are on offer
            self._workers.release_spare()
        return ()

    def _may_be_ahead(self, link: Link) -> bool:
        """Tell whether a worker runs a task of a job behind one that reads its input."""
        return link.held and bool(link.ledger) and self._jobs.reads_before(link.ledger[0].job)

    def _is_ahead(self, link: Link) -> bool:
        """Tell whether a worker runs a task that was submitted behind one that waits."""
        if not link.held or not link.ledger:
            return False
        frame, (_, started) = link.ledger[0], link.bell.task()
        return started > 0 and self._jobs.has_earlier(frame.job, frame.span.start + started - 1)

    def _note(self, links: list[Link], standing: _Tasks) -> None:
        now = time.monotonic()
        if standing != self._standing:
            self._standing = standing
            self._stats = {}
            self._look_at = now + STANDING_S
        elif standing and now >= self._look_at:
            before, self._stats = self._stats, {link.pid: _Stat.of(link.pid) for link in links}
            self._look_at = now + WAITING_S
            if before and all(_waits(link, before, self._stats) for link in links):
                self._jobs.take_turns()
                self._workers.add_spare()


def _waits(link: Link, before: dict[int, _Stat], after: dict[int, _Stat]) -> bool:
    """Tell whether a worker does not compute, nor has a program do so that its task has started.

    before, after: what Linux told by pid, `WAITING_S` apart.
    """
    stat = after[link.pid]
    used_s = stat.used_s - before.get(link.pid, _UNKNOWN).used_s
    if stat.state == _RUNS or used_s > BUSY * WAITING_S:
        return False
    asleep_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    begun_after_s = link.begun_after + asleep_s - _TICK_S
    children = _proc(link.pid, f"task/{link.pid}/children").split()
    programs = [_Stat.of(int(child)) for child in children]
    return all(one.state in _OVER or one.started_s < begun_after_s for one in programs)


class _Stat(NamedTuple):
    state: str
    used_s: float
    started_s: float  # since the machine was

    @classmethod
    def of(cls, pid: int) -> _Stat:
        """Read what Linux tells of a process."""
        # Behind the name of the program, which may be anything.
        fields = _proc(pid, "stat").rpartition(")")[2].split()
        if not fields:
            return _UNKNOWN
        return cls(fields[0], sum(map(int, fields[11:13])) * _TICK_S, int(fields[19]) * _TICK_S)


_UNKNOWN = _Stat("", 0.0, 0.0)


def _proc(pid: int, name: str) -> str:
    path = f"/proc/{pid}/{name}"
    try:
        with open(path, errors="replace") as file:  # noqa: PTH123  pathlib takes 4 ms to load
            return file.read()
    except OSError:  # it is gone, or nobody may read it
        return ""
