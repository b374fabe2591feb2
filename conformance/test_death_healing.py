"""DEATH: workers killed from outside, idle or sending, and the pool's healing."""

from . import tasks
from .clauses import clause
from .faults.killed_while_sending import SIZE, Fatal
from .faults.killed_worker import kill, kill_in_task
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Value, capture
from .harness.tracked import TrackedPool
from .harness.workers import busy_workers, idle_workers, workers

WORKERS = 3
LATER = 12
"""Tasks that are run after a death, more than there are workers."""


@clause("DEATH-08", needs=("apply_async", "kills", "children"))
def test_a_pool_is_usable_after_idle_workers_were_killed(subject: BoundSubject) -> None:
    """A pool runs its tasks after one of its idle workers, and after all of them, were killed."""
    with subject.open(WORKERS) as pool:
        kill(subject, idle_workers(subject, pool, WORKERS)[:1], "an idle worker")
        _is_usable(pool)
        kill(subject, idle_workers(subject, pool, WORKERS), "the idle workers")
        _is_usable(pool)


@clause("DEATH-09", needs=("apply_async", "terminate", "join", "kills", "children"))
def test_terminate_returns_after_idle_workers_were_killed(subject: BoundSubject) -> None:
    """terminate() and join() return, no worker left, after every idle worker was killed."""
    with subject.open() as pool:
        kill(subject, idle_workers(subject, pool, 2), "the idle workers")
        pool.terminate()
        pool.join()
        expect.equal(workers(), [], "the workers left")


@clause("DEATH-10", needs=("apply_async", "kills", "reuse_after_error"))
def test_a_death_while_sending_costs_one_task(subject: BoundSubject) -> None:
    """A worker killed in the middle of sending a result fails its own task and no other."""
    with subject.open() as pool:
        subject.no_script("this result kills its worker when a part of it is in the pipe")
        fatal = pool.apply_async(Fatal)
        others = [pool.apply_async(tasks.square, (item,)) for item in range(LATER)]
        results = [handle.get() for handle in others]
        expect.equal(results, [item * item for item in range(LATER)], "the other results")
        if isinstance(outcome := capture(fatal.get), Value):  # the kill came too late
            expect.equal(outcome.value, SIZE, "a result that was sent whole")
        _is_usable(pool)


@clause("DEATH-11", needs=("apply_async", "kills", "processes"))
def test_a_pool_has_all_its_workers_again_after_losses(subject: BoundSubject) -> None:
    """A pool of n workers that lost some in tasks runs n tasks at the same time again."""
    with subject.open(WORKERS) as pool, subject.gate() as gate:
        doomed = subject.gate()
        for number in range(WORKERS - 1):
            pool.apply_async(subject.recorded(doomed.task), (f"doomed {number}",))
        kill_in_task(subject, WORKERS - 1)
        before = busy_workers(subject)
        for number in range(WORKERS):
            pool.apply_async(subject.recorded(gate.task), (f"held {number}",))
        subject.eventually(
            lambda: len(busy_workers(subject) - before) == WORKERS,
            f"{WORKERS} tasks at the same time",
        )


def _is_usable(pool: TrackedPool) -> None:
    handles = [pool.apply_async(tasks.square, (item,)) for item in range(LATER)]
    expect.equal([h.get() for h in handles], [i * i for i in range(LATER)], "later results")
