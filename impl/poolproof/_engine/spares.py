"""Tasks that wait for later ones meet, though frames have mixed up who runs beside whom.

The standard library hands tasks out one by one: whatever a task waits for, it runs beside those
that were submitted right before and behind it.  Here one worker may stand in task 0 while the other
stands in task 20 of its own frame; task 1 came back and waits for either, and either may wait for
it:

    worker A    0 ..............        stands, and nothing but task 1 may help
    worker B    20 .............        was begun ahead of its turn
    returned    1 2 3 ... 21 22 ...

Nobody can take task 20 back.  So where every worker has stood in one task for a second, the second
half of it without use of the processor, and an earlier task waits, the pool starts one worker more;
and from then on the tasks of its jobs are handed out one by one, so that it happens once.  When
none that runs is ahead of one that waits, that worker goes.
"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from .._front.job_queue import JobQueue
from .._link.link import Link
from .worker_handler import WorkerHandler

STANDING_S = 0.5
WAITING_S = 0.5  # then, in which they are seen not to work
BUSY = 0.25  # of a processor; what polls uses some, and waits
_RUNS = "R"  # or would, if it had a processor
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")

_Tasks = tuple[tuple[int, tuple[int, int]], ...]


class Spares:
    """Looks whether all workers stand; used by the dispatcher's thread alone."""

    def __init__(self, workers: WorkerHandler, jobs: JobQueue) -> None:
        self._workers = workers
        self._jobs = jobs
        self._standing: _Tasks = ()
        self._look_at = 0.0
        self._stats: dict[int, _Stat] = {}  # by pid, as of the last look at the processors

    @property
    def pause_s(self) -> float | None:
        """Seconds after which to look again, None where only an event brings news."""
        if not self._standing:
            return None
        return max(0.0, self._look_at - time.monotonic())

    def look(self) -> bool:
        """Have one worker more, or one less, where that is due; return whether one is missing.

        Called when every worker has been sent what there is for it.
        """
        links = self._workers.links
        if not all(link.ready for link in links):  # one may be the one that helps
            self._standing = ()
        elif not self._jobs.waiting or not any(map(self._is_ahead, links)):
            self._standing = ()
            self._workers.release_spare()
        elif all(link.ledger for link in links):
            return self._note(links, time.monotonic())
        else:
            self._standing = ()
        return False

    def _is_ahead(self, link: Link) -> bool:
        """Tell whether a worker runs a task that was submitted behind one that waits."""
        if not link.held or not link.ledger:
            return False
        frame, (_, started) = link.ledger[0], link.bell.task()
        return started > 0 and self._jobs.has_earlier(frame.job, frame.span.start + started - 1)

    def _note(self, links: list[Link], now: float) -> bool:
        standing = tuple((link.pid, link.bell.task()) for link in links if link.held)
        if standing != self._standing:
            self._standing = standing
            self._stats = {}
            self._look_at = now + STANDING_S
        elif now >= self._look_at:
            before, self._stats = self._stats, {link.pid: _Stat.of(link) for link in links}
            self._look_at = now + WAITING_S
            if before and all(_waits(link, before, self._stats) for link in links):
                self._jobs.take_turns()
                self._workers.add_spare()
                return True
        return False


def _waits(link: Link, before: dict[int, _Stat], after: dict[int, _Stat]) -> bool:
    """Tell whether a worker does not compute, nor has another program do so.

    before, after: what Linux told by pid, `WAITING_S` apart.
    """
    stat = after[link.pid]
    used_s = stat.used_s - before.get(link.pid, _UNKNOWN).used_s
    works = stat.state == _RUNS or used_s > BUSY * WAITING_S
    return not works and not _proc(link, f"task/{link.pid}/children")


class _Stat(NamedTuple):
    state: str
    used_s: float

    @classmethod
    def of(cls, link: Link) -> _Stat:
        """Read what Linux tells of a process."""
        # Behind the name of the program, which may be anything.
        fields = _proc(link, "stat").rpartition(")")[2].split()
        if not fields:
            return _UNKNOWN
        return cls(fields[0], sum(map(int, fields[11:13])) * _TICK_S)


_UNKNOWN = _Stat("", 0.0)


def _proc(link: Link, name: str) -> str:
    path = f"/proc/{link.pid}/{name}"
    try:
        with open(path, errors="replace") as file:  # noqa: PTH123  pathlib takes 4 ms to load
            return file.read()
    except OSError:  # it is gone, or nobody may read it
        return ""
