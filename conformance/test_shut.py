"""SHUT: close and join."""

import threading
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account
from .harness.strategies import PROCESSES
from .harness.tracked import TrackedPool
from .harness.workers import workers

SUBMITTING = (
    "apply",
    "apply_async",
    "map",
    "map_async",
    "imap",
    "imap_unordered",
    "starmap",
    "starmap_async",
)
"""Every method that submits a job."""
LARGE = 2**18
"""Characters of an error: more than a pipe holds."""
_HELD_S = 0.2  # how long a task is held for a join() that does not wait for it


@clause("SHUT-01", needs=("close", "join"))
@given(method=st.sampled_from(SUBMITTING))
def test_no_job_is_taken_after_close(subject: BoundSubject, method: str) -> None:
    """After close(), a method that submits a job raises ValueError."""
    with subject.open() as pool:
        pool.close()
        _refuses(subject, pool, method)
        pool.join()


@clause("SHUT-02", needs=("terminate",))
@given(method=st.sampled_from(SUBMITTING))
def test_no_job_is_taken_after_terminate(subject: BoundSubject, method: str) -> None:
    """After terminate(), a method that submits a job raises ValueError."""
    with subject.open() as pool:
        pool.terminate()
        _refuses(subject, pool, method)


def _refuses(subject: BoundSubject, pool: TrackedPool, method: str) -> None:
    subject.require(method)
    arguments = ((3,),) if method.startswith("apply") else ([(3,)],)
    expect.raises(ValueError, partial(getattr(pool, method), tasks.noop, *arguments))


@clause("SHUT-03", needs=("map_async", "close", "join"))
@given(sizes=st.lists(st.integers(0, 12), max_size=4), processes=PROCESSES)
def test_close_completes_every_task_that_was_submitted(
    subject: BoundSubject, sizes: list[int], processes: int
) -> None:
    """Every task submitted before close() runs once and its result is there after join()."""
    jobs = [[f"{job}.{index}" for index in range(size)] for job, size in enumerate(sizes)]
    task = subject.recorded(tasks.identity)

    def submit_then_close(pool: TrackedPool) -> list[list[str]]:
        handles = [pool.map_async(task, job, 1) for job in jobs]
        pool.close()
        pool.join()
        return [handle.get() for handle in handles]

    results = subject.outcome(submit_then_close, processes=processes).unwrap()
    expect.equal(results, jobs, "the results after join")
    seen = account(subject.history(), [item for job in jobs for item in job])
    expect.true(seen.exactly_once, expected="every task to run exactly once", observed=str(seen))


@clause("SHUT-04", needs=("apply_async", "close", "join", "children"))
def test_the_workers_of_a_closed_pool_exit_by_themselves(subject: BoundSubject) -> None:
    """After close(), the workers exit once the tasks are done, though nobody calls join()."""
    with subject.open() as pool:
        handles = [pool.apply_async(tasks.square, (item,)) for item in range(4)]
        pool.close()
        subject.eventually(lambda: not workers(), "the workers to exit")
        pool.join()
        expect.equal([handle.get() for handle in handles], [0, 1, 4, 9], "the results")


@clause("SHUT-05", needs=("apply_async", "close", "join", "children"))
def test_join_does_not_return_before_the_workers_have_ended(subject: BoundSubject) -> None:
    """join() returns when no worker is alive, not while one still runs a task."""
    joined = threading.Event()
    with subject.open() as pool, subject.gate() as gate:
        pool.apply_async(subject.recorded(gate.task), ("held",))
        subject.eventually(subject.history, "the task to start")
        pool.close()

        def release() -> None:
            joined.wait(_HELD_S)  # in vain, unless join() does not wait for the workers
            gate.open()

        releasing = threading.Thread(target=release)
        releasing.start()
        pool.join()
        alive = workers()
        joined.set()
        releasing.join()
        expect.equal(alive, [], "the workers alive after join()")


@clause("SHUT-06", needs=("apply", "close", "join"))
def test_join_is_refused_while_the_pool_runs(subject: BoundSubject) -> None:
    """join() raises ValueError before close() and terminate(), and the pool goes on."""
    with subject.open() as pool:
        expect.raises(ValueError, pool.join)
        expect.equal(pool.apply(tasks.square, (3,)), 9, "the result of apply")


@clause("SHUT-13", needs=("close", "terminate", "join"))
@settings(max_examples=12)
@given(
    first=st.sampled_from(["close", "terminate"]),
    then=st.lists(st.sampled_from(["close", "terminate", "join"]), max_size=6),
)
def test_the_ending_methods_may_be_called_again(
    subject: BoundSubject, first: str, then: list[str]
) -> None:
    """close(), terminate() and join() return whenever they are called again."""
    with subject.open() as pool:
        for method in (first, *then):
            getattr(pool, method)()


@clause("SHUT-15", needs=("map", "close", "join", "reuse_after_error"))
def test_large_errors_do_not_keep_a_pool_from_closing(subject: BoundSubject) -> None:
    """close() and join() return after a map() all of whose tasks raised large errors."""
    with subject.open() as pool:
        error = ValueError("x" * LARGE)
        expect.raises(ValueError, pool.map, tasks.raise_error, [error] * 24, 1)
        pool.close()
        pool.join()


@clause("SHUT-16", needs=("imap", "close", "join"))
@given(count=st.integers(1, 40), taken=st.integers(0, 40), processes=PROCESSES)
def test_an_abandoned_iterator_does_not_keep_a_pool_from_closing(
    subject: BoundSubject, count: int, taken: int, processes: int
) -> None:
    """close() and join() return after a loop over imap() was left half-way."""
    with subject.open(processes) as pool:
        iterator = pool.imap(tasks.square, range(count))
        for _ in range(min(taken, count)):
            next(iterator)
        pool.close()
        pool.join()
