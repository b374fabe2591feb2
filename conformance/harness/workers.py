"""The workers of a body's pools as the system sees them: who lives, who waits for a task."""

import contextlib
from collections.abc import Callable, Iterable

import psutil

from .bound import BoundSubject
from .processes import descendants, is_fork_server, is_helper
from .tracked import TrackedPool

_LOOKS = 4  # in a row at which a process slept: what stops for less is still at work


def workers(parent: int | None = None) -> list[psutil.Process]:
    """Return what lives below `parent`, this body by default, helpers and fork servers apart."""
    found = []
    for process in descendants(parent):
        with contextlib.suppress(psutil.Error):
            if not (is_gone(process) or is_helper(process) or is_fork_server(process)):
                found.append(process)
    return found


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended, reaped or not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def all_gone(processes: Iterable[psutil.Process]) -> bool:
    """Whether all of them have ended."""
    return all(is_gone(process) for process in processes)


def busy_workers(subject: BoundSubject) -> set[int]:
    """Return the pids that are inside a recorded task now."""
    return {event.worker for event in subject.history() if event.ended_s is None}


def idle_workers(subject: BoundSubject, pool: TrackedPool, count: int) -> list[psutil.Process]:
    """Have each of the `count` workers run a task, and return them once they wait for the next."""
    with subject.gate() as gate:
        task = subject.recorded(gate.task)
        handles = [pool.apply_async(task, (f"warm-up {number}",)) for number in range(count)]
        subject.eventually(
            lambda: len(busy_workers(subject)) >= count, f"{count} workers to run a task each"
        )
    for handle in handles:
        handle.get()
    found = workers()
    subject.eventually(at_rest(found), "the workers to wait for a task")
    return found


def at_rest(processes: list[psutil.Process]) -> Callable[[], bool]:
    """Return a condition: no process was seen at work, several looks in a row."""
    used_s: list[float] = []
    looks = 0

    def look() -> bool:
        nonlocal used_s, looks
        with contextlib.suppress(psutil.NoSuchProcess):
            now_s = [sum(process.cpu_times()[:2]) for process in processes]
            asleep = all(process.status() == psutil.STATUS_SLEEPING for process in processes)
            looks = looks + 1 if asleep and now_s == used_s else 0
            used_s = now_s
        return looks >= _LOOKS

    return look
