"""API: a pool and what surrounds it: the machine, managers, processes, many descriptors."""

import json
import multiprocessing
import multiprocessing.managers
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from . import tasks
from .clauses import clause
from .harness import expect, nested
from .harness.bound import BoundSubject
from .harness.constructing import own_constructor
from .harness.expect import Skip
from .harness.open_files import open_files_limited
from .harness.workers import workers
from .subjects.capabilities import METHODS

MANY_WORKERS = 200
MANY_FILES = 1100
"""Above what `select()` can wait for, FD_SETSIZE, 1024."""
USUAL_FILES = 1024
"""What most systems let a process open, unless it asks for more."""
MOST_STARTED = 64
"""Workers a body starts at most for a default that follows the machine."""


@clause("API-10", needs=("children",))
def test_without_a_count_there_is_a_worker_for_each_processor(subject: BoundSubject) -> None:
    """Pool() has os.cpu_count() workers, whatever processors this process is bound to."""
    expected = os.cpu_count()
    if expected is None or not 1 < expected <= MOST_STARTED:
        raise Skip(f"expected 2 to {MOST_STARTED} processors, got {expected}")
    expect.equal(_default_workers(subject), expected, "workers by default:")


@clause("API-11", needs=("children",))
def test_without_a_count_there_is_a_worker_for_each_usable_processor(subject: BoundSubject) -> None:
    """Pool() has one worker where the process is bound to one of several processors."""
    if os.cpu_count() == 1 or "PYTHON_CPU_COUNT" in os.environ:
        raise Skip("expected several processors and no PYTHON_CPU_COUNT")
    expect.equal(_default_workers(subject), 1, "workers by default:")


def _default_workers(subject: BoundSubject) -> int:
    """Return how many workers start where one processor may be used."""
    own_constructor(subject)
    before = {process.pid for process in workers()}
    with _bound_to_one_processor():
        subject.no_script("here the process is bound to one processor: os.sched_setaffinity")
        with subject.open(None):
            return len({process.pid for process in workers()} - before)


@contextmanager
def _bound_to_one_processor() -> Iterator[None]:
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usable)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


@clause("API-13", needs=("map", "processes"))
def test_a_pool_works_inside_a_child_process(subject: BoundSubject) -> None:
    """A pool that is opened in a Process which is not daemonic runs its jobs there."""
    context: Any = multiprocessing.get_context(_start_method(subject))
    told = subject.folder / "told.json"
    child = context.Process(
        target=nested.map_in_a_pool, args=(subject.name, subject.start_method, str(told))
    )
    child.start()
    with subject.phase("a job inside a multiprocessing.Process"):
        child.join()
    expect.equal(child.exitcode, 0, "the exit code of the process")
    child.close()
    expect.equal(json.loads(told.read_text()), [0, 1, 4], "the results inside the process")


class _Manager(SyncManager):
    """Makes the subject's pools in a server process."""


@clause("API-14", needs=(*METHODS, "processes"))
def test_a_pool_works_behind_a_manager(subject: BoundSubject) -> None:
    """A manager's PoolProxy is a context manager and runs jobs of every kind."""
    proxy = multiprocessing.managers.PoolProxy  # type: ignore[attr-defined]  # not in typeshed
    _Manager.register("Pool", own_constructor(subject), proxy)
    context = multiprocessing.get_context(_start_method(subject))
    with subject.phase("a job behind a PoolProxy"), _Manager(ctx=context) as manager:
        with manager.Pool(2) as pool:
            seen = {
                "apply": pool.apply(tasks.add, (1, 2)),
                "apply_async": pool.apply_async(tasks.add, (1, 2)).get(),
                "map": pool.map(tasks.square, range(3)),
                "map_async": pool.map_async(tasks.square, range(3)).get(),
                "starmap": pool.starmap(tasks.add, [(1, 2)]),
                "starmap_async": pool.starmap_async(tasks.add, [(1, 2)]).get(),
                "imap": list(pool.imap(tasks.square, range(3))),
                "imap_unordered": sorted(pool.imap_unordered(tasks.square, range(3))),
            }
        closed = manager.Pool(1)
        closed.close()
        closed.join()
    squares = [0, 1, 4]
    expected = {
        "apply": 3,
        "apply_async": 3,
        "map": squares,
        "map_async": squares,
        "starmap": [3],
        "starmap_async": [3],
        "imap": squares,
        "imap_unordered": squares,
    }
    expect.equal(seen, expected, "the results behind a proxy")


@clause("API-15", needs=("map", "processes"))
def test_a_pool_of_many_workers_is_a_quiet_pool(subject: BoundSubject) -> None:
    """A pool of 200 workers completes a map and writes nothing to standard error."""
    _expect_many_workers(subject)
    sys.stderr.flush()
    written = Path(f"/proc/self/fd/{sys.stderr.fileno()}").read_text(encoding="utf-8")
    expect.equal(written, "", "the output")


@clause("API-21", needs=("map", "processes"))
def test_many_workers_fit_under_the_usual_limit_on_files(subject: BoundSubject) -> None:
    """A pool of 200 workers completes a map in a process that may open 1024 files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    subject.no_script(f"here the soft limit on open files is {USUAL_FILES}")
    with open_files_limited(min(USUAL_FILES, soft)):
        _expect_many_workers(subject)


def _expect_many_workers(subject: BoundSubject) -> None:
    if subject.start_method != "fork":
        raise Skip(f"starting {MANY_WORKERS} interpreters takes longer than a deadline")
    with subject.open(MANY_WORKERS) as pool:
        seen = pool.map(tasks.square, range(MANY_WORKERS))
    expect.equal(seen, [item * item for item in range(MANY_WORKERS)], "the results")


@clause("API-16", needs=("map", "maxtasksperchild", "chunksize"))
def test_a_pool_works_beside_many_open_files(subject: BoundSubject) -> None:
    """A pool that replaces workers completes its jobs above 1024 open file descriptors."""
    with _many_open_files():
        subject.no_script(f"here {MANY_FILES} files are open")
        with subject.open(2, maxtasksperchild=1) as pool:
            seen = pool.map(tasks.square, range(5), 1)
    expect.equal(seen, [0, 1, 4, 9, 16], "the results")


@contextmanager
def _many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MANY_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise Skip(f"expected a hard limit of {wanted} file descriptors, got {hard}")
    with open_files_limited(max(soft, wanted)):
        first = os.open(os.devnull, os.O_RDONLY)
        files = [first, *(os.dup(first) for _ in range(MANY_FILES))]
        try:
            yield
        finally:
            for descriptor in files:
                os.close(descriptor)


def _start_method(subject: BoundSubject) -> str | None:
    """Return the subject's start method where the stdlib has it too, else the stdlib's first."""
    known = multiprocessing.get_all_start_methods()
    return subject.start_method if subject.start_method in known else None
