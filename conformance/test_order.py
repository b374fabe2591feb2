"""ORDER: which tasks begin before which, and which wait for which."""

from collections.abc import Callable
from functools import partial
from typing import Any

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.tracked import TrackedPool
from .job_kinds import CHUNKED, JOBS, Job

CHAIN = 500
"""Tasks of a job each of which waits for those before it."""
SLOW_EVERY = 60
SLOW_S = 0.02
"""Some of them take this long: what a pool had sent behind one of them, it may take back."""

PAIRED = 60
"""Tasks every other one of which waits for the next one."""

CHAINED: dict[str, tuple[str, Job]] = {
    **{
        method: (method, JOBS[method])
        for method in ("apply_async", "map", "imap", "imap_unordered")
    },
    "map without chunksize": CHUNKED["map without chunksize"],
}
"""The method, and a job of its all of whose tasks are submitted at once."""

BEFORE: dict[str, tuple[str, Callable[[TrackedPool, Callable[[Any], Any], int], object]]] = {
    "apply_async": ("apply_async", lambda pool, task, item: pool.apply_async(task, (item,))),
    "map_async": ("map_async", lambda pool, task, item: pool.map_async(task, [item])),
    "imap": ("imap", lambda pool, task, item: pool.imap(task, [item])),
}
"""The method, and how it is given one task that nobody waits for."""
TIMES = 20

QUICK_S = 0.001
OLDER = 100
NEWER = 1000
"""Tasks that keep the other worker busy, for ten times as long as the older ones take."""


@clause("ORDER-01", needs=("map", "chunksize", "processes"))
def test_a_task_may_wait_for_those_before_it_to_begin(subject: BoundSubject) -> None:
    """Tasks each of which waits until all tasks before it have begun come to their ends."""
    items = [(number, 0 if number % SLOW_EVERY else SLOW_S) for number in range(CHAIN)]
    for name, (method, job) in CHAINED.items():
        if subject.lacks((method, "concurrent_jobs")):
            continue
        begun = str(subject.folder / name.replace(" ", "-"))
        task = partial(tasks.begin_behind_all_earlier, begun, subject.longest_s)
        with subject.open() as pool:
            seen = expect.ordered(job(pool, task, items))
        expect.equal(seen, list(range(CHAIN)), f"the results of {name}")


@clause("ORDER-02", needs=("apply", "apply_async", "one_worker", "processes"))
def test_an_apply_runs_behind_what_its_thread_submitted_before(subject: BoundSubject) -> None:
    """With one worker, apply() runs behind the tasks that its thread had submitted before."""
    task = subject.recorded(tasks.square)
    submitted = 0
    with subject.open(1) as pool:
        for method, submit in BEFORE.values():
            if subject.lacks((method, "concurrent_jobs")):
                continue
            for _ in range(TIMES):
                submit(pool, task, submitted)
                pool.apply(task, (submitted + 1,))
                submitted += 2
        began = [int(event.item) for event in subject.history()]
    expect.equal(began, list(range(submitted)), "the order in which the tasks began")


@clause("ORDER-03", needs=("apply_async", "map_async", "chunksize", "concurrent_jobs", "processes"))
def test_no_task_waits_for_one_that_runs_while_newer_ones_are_begun(subject: BoundSubject) -> None:
    """Tasks behind a slow one end though newer ones keep every other worker busy."""
    with subject.open() as pool, subject.gate() as gate:
        pool.map(tasks.sleep_s, [QUICK_S] * OLDER, 1)  # who measures knows now how quick they are
        slow = pool.apply_async(gate.task, ("slow",))
        older = [pool.apply_async(tasks.sleep_s, (QUICK_S,)) for _ in range(OLDER)]
        newer = pool.map_async(tasks.sleep_s, [QUICK_S] * NEWER, 1)
        expect.equal([handle.get() for handle in older], [QUICK_S] * OLDER, "behind the slow one")
        expect.equal(newer.ready(), False, "whether all newer ones have ended before")
        expect.equal(slow.ready(), False, "whether the slow one has ended")
        gate.open()
        expect.equal(slow.get(), "slow", "its result")


@clause("ORDER-04", needs=("map", "chunksize", "processes"))
def test_a_task_may_wait_for_the_next_one_to_begin(subject: BoundSubject) -> None:
    """Of many quick tasks every other one waits until the next one has begun, and all end."""
    begun = str(subject.folder / "begun")
    task = partial(tasks.begin_in_pairs, begun, subject.longest_s)
    with subject.open() as pool:
        seen = pool.map(task, range(PAIRED), 1)
    expect.equal(seen, list(range(PAIRED)), "the results of map")
