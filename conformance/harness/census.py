"""What a body leaves behind: counted before and after, waited for, then named.

Two counts make the census.  In the body, when the test function has returned
and garbage is collected: children, zombies, threads and file descriptors that
were not there before.  In the warden, when the body has exited: processes that outlived
it, names in `/dev/shm`, files in the body's temporary folder.  No leaks are: the
start methods' own resource tracker and fork server, a pipe that leads to them,
the memory that `multiprocessing.heap` keeps for reuse.  Linux: reads `/proc/self`.
"""

import contextlib
import gc
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .processes import descendants, is_helper, role_of

_SHM = Path("/dev/shm")  # noqa: S108 - the kernel's folder
_FAMILIES = ("multiprocessing", "multiprocess", "billiard")
_ARENA = re.compile(r"/pym-\d+-\w+ \(deleted\)$")
"""Memory that `multiprocessing.heap` (and its forks) keeps for the process, for reuse."""
_PROBE_NAME = re.compile(r"[a-z0-9_]{8}")
_PROBE = b"blat"  # see tempfile._get_default_tempdir
_MOST_NAMED = 5
Clock = Callable[[], float]  # body time
_TRACKER_REPORT = re.compile(r"There appear to be (\d+) leaked ([\w ]+?) objects")


@dataclass
class Census:
    """What was left behind, by kind; all lists empty when the body was clean."""

    children: list[str] = field(default_factory=list)
    zombies: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    fds: list[str] = field(default_factory=list)
    semaphores: list[str] = field(default_factory=list)
    shm: list[str] = field(default_factory=list)
    temp_files: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        kinds = {kind: left for kind, left in asdict(self).items() if left}
        return "; ".join(_counted(kind, left) for kind, left in kinds.items()) or "nothing"

    def as_record(self) -> dict[str, list[str]]:
        """Return the record file's `census`."""
        return asdict(self)

    def plus(self, other: "Census") -> "Census":
        """Return what either of the two counts found."""
        mine, theirs = asdict(self), asdict(other)
        return Census(**{kind: mine[kind] + theirs[kind] for kind in mine})

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Census":
        """Read back what `as_record` gave."""
        return cls(**record)


@dataclass(frozen=True)
class Baseline:
    """What this process has before the test function runs."""

    children: frozenset[int]
    threads: frozenset[int | None]
    fds: frozenset[tuple[int, str]]


def baseline() -> Baseline:
    """Count this process as it is now."""
    return Baseline(
        children=frozenset(process.pid for process in descendants()),
        threads=frozenset(thread.ident for thread in threading.enumerate()),
        fds=frozenset(_open_files().items()),
    )


def leftovers(before: Baseline, patience_s: float, clock: Clock) -> Census:
    """Name what is here and was not `before`, once it has had `patience_s` of body time to go."""
    gc.collect()
    return _settle(lambda: _count(before), patience_s, clock)


def mark_semaphores() -> None:
    """Put this process's pid into the names of the semaphores that it and its workers make.

    Nothing else in `/dev/shm` tells whose a semaphore is, and other programs make them too.
    loky's names have the pid of themselves; the prefix is an attribute without a public name.
    """
    for family in _FAMILIES:
        module = sys.modules.get(f"{family}.process")
        if module is not None:
            config = getattr(module.current_process(), "_config", {})
            config["semprefix"] = f"/mp-{os.getpid()}"


def shared_names() -> frozenset[str]:
    """Names in `/dev/shm` now."""
    with contextlib.suppress(OSError):
        return frozenset(path.name for path in _SHM.iterdir())
    return frozenset()


@dataclass(frozen=True)
class Exited:
    """A body that has ended, as its warden knows it."""

    pid: int
    temp: Path
    output: str
    shm_before: frozenset[str]


def outlived(body: Exited, patience_s: float, clock: Clock) -> Census:
    """Name what a body that has exited left in the system; asked by its warden."""
    found = _settle(lambda: _survivors(body), patience_s, clock)
    for count, kind in _TRACKER_REPORT.findall(body.output):
        found.semaphores.append(f"{count} {kind}s, unlinked by the resource tracker")
    found.temp_files = sorted(path.name for path in body.temp.iterdir() if not _is_probe(path))
    return found


def _is_probe(path: Path) -> bool:
    """Whether a file is how `tempfile` finds out that a folder takes files, as it first looks.

    It unlinks the file at once, but for a worker that is terminated in between.
    """
    if not _PROBE_NAME.fullmatch(path.name) or not path.is_file():
        return False
    try:
        return path.stat().st_size <= len(_PROBE) and path.read_bytes() in (b"", _PROBE)
    except FileNotFoundError:  # it is unlinked now
        return True


def sweep(body: Exited) -> None:
    """Unlink the semaphores of a body, once nothing of it is alive, that no tracker has unlinked.

    The resource tracker may have been killed by the subject or by a clause; see `kill_descendants`.
    """
    for name in shared_names() - body.shm_before:
        if _is_semaphore_of(name, body):
            with contextlib.suppress(FileNotFoundError):
                (_SHM / name).unlink()


_LONGEST_PAUSE_S = 0.25  # each look reads all of /proc: many bodies that wait must not be at work


def _settle(count: Callable[[], Census], patience_s: float, clock: Clock) -> Census:
    """Count until nothing is left or the patience ends; what goes in time is no leak."""
    limit = clock() + patience_s
    pause_s = 0.001
    while (found := count()) and clock() < limit:
        time.sleep(pause_s)  # between two looks at the condition, not instead of one
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return found


def _count(before: Baseline) -> Census:
    found = Census()
    exempt_pipes: set[str] = set()
    for process in descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.pid in before.children:
                continue
            if process.status() == psutil.STATUS_ZOMBIE:
                if process.ppid() == os.getpid():
                    found.zombies.append(f"pid {process.pid}")
            elif is_helper(process):
                exempt_pipes |= set(_open_files(process.pid).values())
            else:
                found.children.append(_named(process))
    for thread in threading.enumerate():
        if thread.ident not in before.threads:
            found.threads.append(f"{thread.name}{' (daemon)' if thread.daemon else ''}")
    for descriptor, target in sorted(_open_files().items()):
        is_new = (descriptor, target) not in before.fds
        if is_new and target not in exempt_pipes and not _ARENA.search(target):
            found.fds.append(f"{descriptor} -> {target}")
    return found


def _survivors(body: Exited) -> Census:
    found = Census()
    for process in descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.children.append(_named(process))
    for name in sorted(shared_names() - body.shm_before):
        if _is_semaphore_of(name, body):
            found.semaphores.append(name)
        elif name.startswith("psm_") and not _is_mapped(name):
            found.shm.append(name)
    return found


def _is_semaphore_of(name: str, body: Exited) -> bool:
    return f"-{body.pid}-" in name


def _is_mapped(name: str) -> bool:
    """Whether a process has it in its memory: then it is in use, here or in another body."""
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            if str(_SHM / name) in Path(f"/proc/{pid}/maps").read_text(encoding="ascii"):
                return True
    return False


def _counted(kind: str, left: list[str]) -> str:
    more = ", ..." if len(left) > _MOST_NAMED else ""
    return f"{len(left)} {kind}: {', '.join(left[:_MOST_NAMED])}{more}"


def _named(process: psutil.Process) -> str:
    return f"pid {process.pid} ({process.status()}): {role_of(process)}"


def _open_files(pid: int | None = None) -> dict[int, str]:
    """File descriptor -> what it leads to (`pipe:[17]`, a path)."""
    folder = Path(f"/proc/{pid or 'self'}/fd")
    found: dict[int, str] = {}
    with contextlib.suppress(OSError):
        for link in folder.iterdir():
            with contextlib.suppress(OSError):
                found[int(link.name)] = str(link.readlink())
    return found
