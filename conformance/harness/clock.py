"""A body's time: what counts against its deadline, and what its own waits are measured in.

Wall time would make a hang of a slow machine.  Between two looks at a body's tree,
body time passes
- in full while the tree waits: for a lock, a pipe, a timer, for ever;
- `_AT_WORK` as fast while it uses a processor, or processes of it come and go;
- not at all while it waits for a processor, which Linux tells thread by thread, or for
  a disk: a large package that is read for the first time takes longer than any deadline;
- but never more than `_MOST_S` a look, since a look that comes late is not the tree's
  fault, and never slower than `_SLOWEST`, so that every wait ends.
A tree that waits is waited for as long as on an idle machine, whatever runs beside it.

The warden keeps the clock, on a page that the body shares and reads.  Linux: the files
`stat`, `schedstat` and `children` below `/proc/<pid>/task`; a kernel without one of
them gives a clock that knows less and so runs faster, up to wall time.
"""

import contextlib
import mmap
import os
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TICK_S = 0.25  # between two looks at a tree
_MOST_S = 2 * TICK_S
_AT_WORK = 1 / 3
_IDLE_SHARE = 0.05  # of one core: below it a tree does not work, it waits
_LEAST_SHARE = 1 / 8  # of the time passes even where all of it went by waiting for a processor
_SLOWEST = _AT_WORK * _LEAST_SHARE
_SECOND = struct.Struct("d")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_NS = 1e9
_DISK_SLEEP = "D"  # proc_pid_stat(5): of the thread that the program began with


def longest_s(body_s: float) -> float:
    """Return the seconds of wall time by which `body_s` of body time are over for certain."""
    return body_s / _SLOWEST


def passed(elapsed_s: float, queued_s: float, *, waits: bool) -> float:
    """Return the body time of one look's wall time, `queued_s` being the wait for a processor."""
    free = max(_LEAST_SHARE, 1 - queued_s / elapsed_s)
    return min(elapsed_s, _MOST_S) * free * (1 if waits else _AT_WORK)


class BodyClock:
    """Body time, seconds; stands still until its keeper looks.

    Guarantees: one process looks (the one whose descendants are the tree), any that
    shares the page reads.  Eight aligned bytes are written in one go.
    """

    def __init__(self) -> None:
        """Map one anonymous shared page; forked processes see the same one."""
        self._page = mmap.mmap(-1, _SECOND.size)
        self._seen = _Use()
        self._looked_s = time.monotonic()
        self.idle = False
        """Whether the tree neither used nor wanted a processor between the last two looks."""

    def read(self) -> float:
        """Return the body time that has passed."""
        return float(_SECOND.unpack_from(self._page)[0])

    def look(self) -> float:
        """Look at the tree once a tick is over since the last look; returns what `read` does."""
        now_s = time.monotonic()
        elapsed_s = now_s - self._looked_s
        if elapsed_s < TICK_S:
            return self.read()
        self._looked_s = now_s
        before, self._seen = self._seen, _use()
        ran_s, queued_s = self._seen.since(before)
        if self._seen.on_disk:
            queued_s = elapsed_s
        waits = ran_s < _IDLE_SHARE * elapsed_s and self._seen.ran_s.keys() == before.ran_s.keys()
        self.idle = waits and queued_s < _IDLE_SHARE * elapsed_s
        passed_s = passed(elapsed_s, queued_s, waits=waits)
        _SECOND.pack_into(self._page, 0, self.read() + passed_s)
        return self.read()

    def close(self) -> None:
        """Give the page back."""
        self._page.close()


@dataclass(frozen=True)
class _Use:
    """What the processes below this one have had of the processors, and waited for."""

    ran_s: dict[int, float] = field(default_factory=dict)  # by process
    queued_s: dict[int, float] = field(default_factory=dict)  # by thread
    on_disk: set[int] = field(default_factory=set)  # processes that wait for one now

    def since(self, before: "_Use") -> tuple[float, float]:
        """Return the seconds that were used and waited; the waits of several add up.

        They do where one works after the other, which the deadline must allow for; where
        they wait at the same time the clock is late, in the subject's favour.
        """
        return _grown(self.ran_s, before.ran_s), _grown(self.queued_s, before.queued_s)


def _grown(now: dict[int, float], before: dict[int, float]) -> float:
    return sum(max(0.0, value - before.get(key, 0.0)) for key, value in now.items())


def _use() -> _Use:
    use = _Use()
    todo = list(_children(os.getpid()))
    while todo:
        pid = todo.pop()
        if pid in use.ran_s:
            continue
        with contextlib.suppress(OSError):  # it has ended just now
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
            state, *numbers = fields.rpartition(")")[2].split()
            use.ran_s[pid] = (int(numbers[10]) + int(numbers[11])) / _TICKS_PER_S  # user, system
            if state == _DISK_SLEEP:
                use.on_disk.add(pid)
        for thread in _threads(pid):
            with contextlib.suppress(OSError):
                queued_ns = (thread / "schedstat").read_text(encoding="ascii").split()[1]
                use.queued_s[int(thread.name)] = int(queued_ns) / _NS
        todo += _children(pid)
    return use


def _children(pid: int) -> Iterator[int]:
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            yield from map(int, (thread / "children").read_text(encoding="ascii").split())


def _threads(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []
