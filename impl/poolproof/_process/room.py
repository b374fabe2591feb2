"""Room for the descriptors of a pool, where its process may have too few."""

from __future__ import annotations

import errno
import os
import resource
from contextlib import suppress

A_WORKER = 12  # 8 of its own, and 4 for the files of two frames: a mapping has one as well
USUAL_LIMIT = 1024  # that most systems have
SPARE = 256  # left to the program


def make_room(workers: int) -> None:
    """Raise the soft limit on open files if so many workers do not fit, up to the hard one.

    The standard library's pool takes two descriptors a worker, and fits.  A limit that is lower
    than the usual one has been chosen, and is left alone.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft < USUAL_LIMIT:
        return
    with suppress(OSError, ValueError):  # no /proc, or a sandbox
        needed = _open_files(soft) + workers * A_WORKER + SPARE
        if soft < needed:
            most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def keep_room(fd: int) -> None:
    """Raise the limit further where it is near: `fd` is a new one, the lowest that was free."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if fd + SPARE > soft:
        make_room(0)


def _open_files(limit: int) -> int:
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  pathlib takes 4 ms to load
    except OSError as error:
        if error.errno != errno.EMFILE:
            raise
        return limit  # none is left to look by
