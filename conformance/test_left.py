"""LEFT: what is left behind."""

import gc
import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import psutil

from . import tasks
from .clauses import clause
from .faults.killed_parent import Household, orphans
from .harness import expect
from .harness.bound import BoundSubject
from .harness.census import Census, baseline, shared_names
from .harness.expect import Skip
from .harness.tracked import TrackedPool
from .harness.workers import all_gone, idle_workers, workers

ENDINGS = ("close", "terminate")


def _ended(subject: BoundSubject) -> Iterator[tuple[TrackedPool, Census]]:
    """Yield a pool that was used, ended and joined, and what it has left, once for each ending."""
    for ending in ENDINGS:
        if not subject.capabilities.has(ending):
            continue
        before = baseline()
        pool = subject.open(3, maxtasksperchild=None)
        pool.map(tasks.square, range(12))
        getattr(pool, ending)()
        pool.join()
        yield pool, subject.census(before)


@clause("LEFT-01", needs=("map", "join", "children"))
def test_a_joined_pool_leaves_no_child(subject: BoundSubject) -> None:
    """A pool that was closed or terminated and joined leaves no child and no zombie."""
    for _, left in _ended(subject):
        expect.equal(left.children + left.zombies, [], "the children left")


@clause("LEFT-02", needs=("map", "join"))
def test_a_joined_pool_leaves_no_thread(subject: BoundSubject) -> None:
    """A pool that was closed or terminated and joined leaves no thread."""
    for _, left in _ended(subject):
        expect.equal(left.threads, [], "the threads left")


@clause("LEFT-03", needs=("map", "join"))
def test_a_pool_that_is_gone_leaves_no_semaphore(subject: BoundSubject) -> None:
    """A pool that was ended, joined and dropped leaves no semaphore and no shared memory."""
    before = shared_names()  # of a process that was killed, too, and had the same pid
    for pool, _ in _ended(subject):
        del pool
        gc.collect()
    ours = [name for name in shared_names() - before if f"-{os.getpid()}-" in name]
    expect.equal(sorted(ours), [], "the semaphores left")


@clause("LEFT-05", needs=("map", "join"))
def test_a_joined_pool_leaves_no_descriptor_open(subject: BoundSubject) -> None:
    """A pool that was ended and joined has no file descriptor open, though it is still held."""
    held = []
    for pool, left in _ended(subject):
        held.append(pool)
        expect.equal(left.fds, [], "the descriptors left")


@clause("LEFT-04", needs=("apply_async", "kills", "children"))
def test_the_idle_workers_of_a_killed_parent_exit(subject: BoundSubject) -> None:
    """The idle workers of a parent that was killed exit."""

    def found() -> Household:
        pool = subject.open()
        return pool, idle_workers(subject, pool, 2)

    left = orphans(subject, found)
    subject.eventually(lambda: all_gone(left), "the workers to exit")


@clause("LEFT-06", needs=("apply", "kills", "children", "maxtasksperchild"))
def test_the_idle_workers_of_two_pools_of_a_killed_parent_exit(subject: BoundSubject) -> None:
    """The replaced workers of two pools exit when the parent of both was killed."""
    if subject.start_method != "fork":
        raise Skip("only forked workers inherit each other's pipe ends")

    def found() -> Household:
        pools = [subject.open(1, maxtasksperchild=1) for _ in range(2)]
        for _ in range(2):
            before = {process.pid for process in workers()}
            for pool in pools:
                pool.apply(tasks.noop)
            subject.eventually(partial(_are_replaced, before), "the workers to be replaced")
        return pools, workers()

    left = orphans(subject, found)
    subject.eventually(lambda: all_gone(left), "the workers to exit")


def _are_replaced(before: set[int]) -> bool:
    now = {process.pid for process in workers()}
    return len(now) == len(before) and not now & before


@clause("LEFT-07", needs=("apply_async", "kills", "children"))
def test_a_busy_worker_of_a_killed_parent_ends_its_task(subject: BoundSubject) -> str:
    """A busy worker of a parent that was killed goes on until its task has ended."""
    with subject.gate() as gate:

        def found() -> tuple[Any, list[psutil.Process]]:
            pool = subject.open(1)
            pool.apply_async(subject.recorded(gate.task), ("held",))
            subject.eventually(subject.history, "the task to start")
            return pool, workers()

        left = orphans(subject, found)
        gate.open()
        subject.eventually(lambda: all_gone(left), "the workers to exit")
    ended = subject.history()[0].ended
    expect.equal(ended, "done", "the task of the orphan:")
    return ended
