"""Workers are killed from outside, as by the out-of-memory killer: idle, busy or at any time."""

import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

from ..harness.bound import BoundSubject
from ..harness.expect import InjectorError, Mismatch
from ..harness.workers import all_gone, busy_workers, workers
from ..subjects.starting import family_of


def kill(subject: BoundSubject, processes: Iterable[psutil.Process], which: str) -> None:
    """Send SIGKILL to the processes and wait until they have ended.

    Raises: InjectorError when one does not end.
    """
    victims = list(processes)
    if {process.pid for process in victims} == {process.pid for process in workers()}:
        found = _children(subject)
        subject.statement(f"[os.kill(each.pid, signal.SIGKILL) for each in {found}]")
    else:
        subject.no_script(f"kill -9 {which}: {len(victims)} of them")
    for process in victims:
        process.send_signal(signal.SIGKILL)
    try:
        subject.eventually(lambda: all_gone(victims), "the killed processes to end")
    except Mismatch as error:
        raise InjectorError(f"expected SIGKILL to end {victims}") from error


def kill_in_task(subject: BoundSubject, count: int) -> None:
    """Kill the workers of recorded tasks once `count` of them are in one."""
    subject.eventually(lambda: len(busy_workers(subject)) >= count, f"{count} busy workers")
    kill(subject, map(psutil.Process, busy_workers(subject)), "the busy workers")


def kill_any(subject: BoundSubject, which: int) -> bool:
    """Send SIGKILL to the worker of that number, counted round; says whether there was one.

    Nobody looks what it does, and nobody waits for its end.
    """
    found = workers()
    if not found:
        return False
    which %= len(found)
    subject.statement(f"os.kill({_children(subject)}[{which}].pid, signal.SIGKILL)")
    with suppress(psutil.NoSuchProcess):
        found[which].send_signal(signal.SIGKILL)
    return True


def _children(subject: BoundSubject) -> str:
    """Return what a script calls the workers that it has now."""
    return f"{family_of(subject.declared.target).__name__}.active_children()"
