"""What the tests of templates and of replacements have in common."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from poolproof import Pool
from poolproof._process.template import readable

from .counting import nothing_left
from .patience import WAIT_S

FORK = multiprocessing.get_context("fork")


def templates() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if child.name() == "pool-forkserver" and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


def template_of(pool: Pool) -> int:
    (template,) = templates()
    assert template.pid not in {process.pid for process in pool._pool}
    return template.pid


def kill_template(pool: Pool) -> None:
    pidfd = os.pidfd_open(template_of(pool))
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    assert readable(pidfd, WAIT_S)
    os.close(pidfd)


def replace_worker(pool: Pool) -> int:
    """Have the pool's one worker replaced; return the new one's pid."""
    (before,) = [process.pid for process in pool._pool]
    assert before is not None
    os.kill(before, signal.SIGKILL)
    pid: int = pool.apply_async(os.getpid).get(WAIT_S)
    assert pid != before
    return pid


@contextmanager
def one_worker(**options: Any) -> Iterator[Pool]:
    """Open a pool of one worker; afterwards nothing is left of it, closed or terminated."""
    with nothing_left():
        pool = Pool(1, context=FORK, **options)
        try:
            yield pool
        finally:
            pool.terminate()
            pool.join()
