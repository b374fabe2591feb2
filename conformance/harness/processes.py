"""The process tree under a warden: who is there, and its certain end.

Linux only where marked; everything that knows `/proc` or `prctl` is in this
file, in `census` and in `clock`.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LONGEST_COMMAND = 80  # characters that are shown of one
_TRACKERS = ("resource_tracker", "semaphore_tracker")
_HELPERS = (*_TRACKERS, "forkserver")
_TRACKER_S = 5.0  # for a tracker to unlink what it tracks, once it is alone
_LONGEST_PAUSE_S = 0.05  # each look reads all of /proc


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent dies.

    Whatever a body leaves behind, in whatever session it hid, ends up as a child
    of its warden and can be counted and killed.  Linux: PR_SET_CHILD_SUBREAPER.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(signum: int, parent: int) -> None:
    """Have the kernel send `signum` here when the parent dies, `parent` being its pid."""
    _prctl(_PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:  # it died before the request was made
        os.kill(os.getpid(), signum)


def descendants(pid: int | None = None) -> list[psutil.Process]:
    """All living or zombie processes below `pid` (default: this one), parents first."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def is_helper(process: psutil.Process) -> bool:
    """Whether this is a start method's own resource tracker or fork server, no leak.

    What a fork server forks has the same command line as the server, and is none.
    Raises: psutil.Error when the process is gone.
    """
    if not _runs(process, _HELPERS):
        return False
    parent = process.parent()
    return parent is None or parent.cmdline() != process.cmdline()


def is_fork_server(process: psutil.Process) -> bool:
    """Whether it says by its name (Linux: `/proc/PID/comm`) that it forks workers and is none.

    It belongs to a pool, so that it counts as a leak where it stays.
    Raises: psutil.Error when the process is gone.
    """
    return "forkserver" in process.name()


def role_of(process: psutil.Process) -> str:
    """Say what a process is to its pool; of one that is another program, the command line.

    A fork has the command line of what it was forked from: here of the suite's own zygote.
    Raises: psutil.Error when the process is gone.
    """
    command = process.cmdline()
    code = command[command.index("-c") + 1] if "-c" in command[:-1] else ""
    if is_fork_server(process):
        return "a fork server"
    if command == psutil.Process().cmdline():
        return "a worker, or another fork of the calling process"
    if "forkserver import main" in code:
        return "a worker, forked by the fork server"
    if "spawn import spawn_main" in code:
        return "a spawned worker"
    return " ".join(command)[-_LONGEST_COMMAND:]


def reap() -> dict[int, int]:
    """Collect every child that has ended: pid -> wait status."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status


def kill_descendants(patience_s: float = 30.0) -> dict[int, int]:
    """SIGKILL everything below this process until nothing is left, and reap it.

    The list is taken again after each round, since a killed parent's children
    come to us and a pool's respawner may have made new ones meanwhile.  Resource
    trackers come last: once all who told one of semaphores and shared memory are
    dead it unlinks these and ends.  Nobody else knows whose they are: a name in
    `/dev/shm` does not say it.
    Returns:  pid -> wait status of the children reaped.
    Raises:   TimeoutError when a process survives `patience_s` of SIGKILL.
    """
    started = time.monotonic()
    pause_s = 0.002
    ended = reap()
    while below := descendants():
        waited_s = time.monotonic() - started
        for process in below:
            with contextlib.suppress(psutil.Error):
                if waited_s > _TRACKER_S or not _runs(process, _TRACKERS):
                    process.send_signal(signal.SIGKILL)
        if waited_s > patience_s:
            raise TimeoutError(f"processes {[p.pid for p in below]} survive SIGKILL")
        time.sleep(pause_s)  # the kernel tells nobody but the parent; ours to poll
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        ended |= reap()
    return ended


def catches(pid: int, signum: int) -> bool:
    """Whether the process has a handler of its own for `signum`.  Linux: SigCgt."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
    mask = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask.split()[1], 16) >> (signum - 1) & 1)


def _runs(process: psutil.Process, modules: Iterable[str]) -> bool:
    """Whether it was started as `python -c` with code that names one of these modules."""
    command = process.cmdline()
    return "-c" in command and any(module in command[-1] for module in modules)


def _prctl(option: int, argument: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, argument, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}, {argument}): {os.strerror(error)}")
