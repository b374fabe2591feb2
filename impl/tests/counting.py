"""What a process has open and running, so that a test can ask what was left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil


class Belongings(NamedTuple):
    """Descriptors by what they lead to, live threads, child processes and zombies."""

    descriptors: dict[str, str]
    threads: set[str]
    children: set[int]


def belongings() -> Belongings:
    """Look at this process now."""
    gc.collect()
    descriptors = {}
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208  the listing's own fd is gone below
        try:
            descriptors[entry] = str(Path("/proc/self/fd", entry).readlink())
        except FileNotFoundError:
            continue
    threads = {thread.name for thread in threading.enumerate()}
    helpers = _helpers()
    children = {child.pid for child in psutil.Process().children()} - helpers
    return Belongings(descriptors, threads, children)


def _helpers() -> set[int]:
    """Processes that multiprocessing keeps for itself: the forkserver, the resource tracker."""
    from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415  their state is read

    pids = (
        forkserver._forkserver._forkserver_pid,  # type: ignore[attr-defined]
        resource_tracker._resource_tracker._pid,  # type: ignore[attr-defined]
    )
    return {pid for pid in pids if pid is not None}


@contextmanager
def nothing_left() -> Iterator[None]:
    """Assert that the body leaves no descriptor, thread or process behind."""
    multiprocessing.active_children()  # reaps what earlier tests left to be reaped
    before = belongings()
    yield
    after = belongings()
    left = {n: to for n, to in after.descriptors.items() if before.descriptors.get(n) != to}
    assert not left, f"descriptors left behind: {left}"
    assert after.threads <= before.threads, f"threads left: {after.threads - before.threads}"
    assert after.children <= before.children, f"left: {after.children - before.children}"
