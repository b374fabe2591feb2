"""SHUT: terminate and the with block."""

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import ERRORS
from .harness.tracked import TrackedPool
from .harness.waiting import Gate
from .harness.workers import workers

QUEUED = 20
"""Tasks that wait for a worker when their pool is terminated."""
LARGE = "x" * 2**20
ROUNDS = 4
"""Pools that are terminated while they replace workers, where these are quick to start."""


@clause("SHUT-07", needs=("apply_async", "terminate", "join", "kills", "children"))
def test_terminate_abandons_outstanding_work(subject: BoundSubject) -> None:
    """terminate() stops the workers: what they ran is not completed, what waits never starts."""
    with subject.open() as pool, subject.gate() as gate:
        _occupy(subject, pool, gate)
        pool.terminate()
        pool.join()
        _was_abandoned(subject)


@clause("SHUT-08", needs=("map_async", "terminate", "join"))
@given(count=st.integers(0, 40), processes=st.integers(1, 3))
def test_join_returns_after_terminate(subject: BoundSubject, count: int, processes: int) -> None:
    """join() after terminate() returns, whatever has been submitted."""
    with subject.open(processes) as pool:
        pool.map_async(tasks.square, range(count), 1)
        pool.terminate()
        pool.join()


@clause("SHUT-09")
def test_with_binds_the_pool_itself(subject: BoundSubject) -> None:
    """`with pool as p` binds p to the pool."""
    pool = subject.open().raw
    with pool as bound:
        same = bound is pool
    expect.true(same, expected="the pool itself to be bound", observed=f"{type(bound).__name__}")


@clause("SHUT-10", needs=("apply_async", "with_terminates", "join", "kills", "children"))
def test_leaving_a_with_block_terminates(subject: BoundSubject) -> None:
    """Leaving a with block stops the workers without completing outstanding work."""
    with subject.gate() as gate:
        with subject.open() as pool:
            _occupy(subject, pool, gate)
        expect.raises(ValueError, pool.apply_async, tasks.noop)
        pool.join()
        _was_abandoned(subject)


def _occupy(subject: BoundSubject, pool: TrackedPool, gate: Gate) -> None:
    """Have both workers in a task, and more tasks waiting."""
    task = subject.recorded(gate.task)
    for number in range(QUEUED):
        pool.apply_async(task, (number,))
    subject.eventually(lambda: len(subject.history()) >= 2, "two tasks to start")


def _was_abandoned(subject: BoundSubject) -> None:
    expect.equal(workers(), [], "the workers left")
    ran = subject.history()
    done = [event.item for event in ran if event.ended == "done"]
    expect.equal(done, [], "the tasks completed")
    expect.true(
        len(ran) < QUEUED,
        expected="tasks that never started",
        observed=f"all {QUEUED} were started",
    )


@clause("SHUT-11")
@settings(max_examples=6)
@given(error=ERRORS)
def test_an_exception_leaves_a_with_block_unchanged(
    subject: BoundSubject, error: Exception
) -> None:
    """What is raised inside a with block comes out of it, the same object."""
    pool = subject.open()

    def interrupted() -> None:
        with subject.phase("exit"), pool.raw:
            raise error

    seen = expect.raises(type(error), interrupted)
    expect.true(seen is error, expected="the very exception", observed=repr(seen))


@clause("SHUT-12", needs=("close", "terminate", "join"))
@given(ending=st.sampled_from([("close",), ("close", "join"), ("terminate",)]))
def test_a_pool_that_has_ended_cannot_be_entered(
    subject: BoundSubject, ending: tuple[str, ...]
) -> None:
    """Entering a with block raises ValueError after close() and after terminate()."""
    with subject.open() as pool:
        for method in ending:
            getattr(pool, method)()
        expect.raises(ValueError, pool.__enter__)


@clause("SHUT-14", needs=("map_async", "terminate", "join", "kills", "concurrent_jobs"))
def test_terminate_returns_while_the_pipes_are_full(subject: BoundSubject) -> None:
    """terminate() returns while large results travel, and large arguments that nobody takes."""
    with subject.gate() as gate:
        for task in (tasks.identity, gate.task):
            with subject.open() as pool:
                pool.map_async(task, [LARGE] * 8, 1)
                pool.terminate()
                pool.join()


@clause("SHUT-24", needs=("map_async", "terminate", "join", "maxtasksperchild", "children"))
def test_terminate_returns_while_workers_are_replaced(subject: BoundSubject) -> None:
    """terminate() and join() return, no worker left, while one-task workers come and go."""
    task = subject.recorded(tasks.noop)
    for number in range(ROUNDS if subject.start_method == "fork" else 1):
        with subject.open(maxtasksperchild=1) as pool:
            before = len(subject.history())
            pool.map_async(task, range(100 * number, 100 * number + QUEUED), 1)
            subject.eventually(partial(_started, subject, before), "a task to start")
            pool.terminate()
            pool.join()
            expect.equal(workers(), [], "the workers left")


def _started(subject: BoundSubject, before: int) -> bool:
    return len(subject.history()) > before
