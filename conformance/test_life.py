"""LIFE: worker lifetime."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .faults.nested_pool import nested
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account
from .harness.strategies import CHUNKSIZES
from .harness.workers import workers


@clause("LIFE-01", needs=("map", "maxtasksperchild", "processes"))
@given(count=st.integers(0, 16), limit=st.integers(1, 4), processes=st.integers(1, 3))
def test_a_worker_ends_after_its_number_of_tasks(
    subject: BoundSubject, count: int, limit: int, processes: int
) -> None:
    """With maxtasksperchild=n no worker runs more than n tasks."""
    with subject.open(processes, maxtasksperchild=limit) as pool:
        workers = pool.map(tasks.pid, range(count), 1)
    most = max(Counter(workers).values(), default=0)
    expect.true(
        most <= limit,
        expected=f"at most {limit} tasks a worker",
        observed=f"a worker that ran {most}",
    )


@clause("LIFE-03", needs=("map", "maxtasksperchild", "chunksize"))
@given(count=st.integers(0, 16), limit=st.integers(1, 4), chunksize=st.integers(1, 4))
def test_every_task_runs_once_while_workers_are_replaced(
    subject: BoundSubject, count: int, limit: int, chunksize: int
) -> None:
    """While workers are replaced, every task runs exactly once and gives its own result."""
    task = subject.recorded(tasks.square)
    results = subject.outcome(
        lambda pool: pool.map(task, range(count), chunksize), maxtasksperchild=limit
    )
    expect.equal(results.unwrap(), [n * n for n in range(count)], "the results")
    seen = account(subject.history(), range(count))
    expect.true(seen.exactly_once, expected="every task to run exactly once", observed=str(seen))


@clause("LIFE-02", needs=("map", "maxtasksperchild", "children"))
def test_a_worker_that_ended_is_replaced(subject: BoundSubject) -> None:
    """After a worker ended by maxtasksperchild, a new process is in its place."""
    with subject.open(maxtasksperchild=1) as pool:
        ended = set(pool.map(tasks.pid, range(4), 1))

        def is_whole() -> bool:
            return len({process.pid for process in workers()} - ended) == 2

        subject.eventually(is_whole, "two workers that have not run a task yet")


@clause("LIFE-04", needs=("map_async", "maxtasksperchild", "close", "join"))
@given(count=st.integers(0, 16), limit=st.integers(1, 3), processes=st.integers(1, 3))
def test_a_closed_pool_replaces_workers_until_the_work_is_done(
    subject: BoundSubject, count: int, limit: int, processes: int
) -> None:
    """A pool closed while tasks wait for workers to come completes them all and is joined."""
    with subject.open(processes, maxtasksperchild=limit) as pool:
        handle = pool.map_async(tasks.square, range(count), 1)
        pool.close()
        pool.join()
        expect.equal(handle.get(), [n * n for n in range(count)], "the results")


@clause("LIFE-05", needs=("map", "children", "starts_at_once"))
@settings(max_examples=5)
@given(count=st.integers(50, 500), chunksize=CHUNKSIZES, processes=st.integers(1, 3))
def test_a_worker_lives_as_long_as_its_pool(
    subject: BoundSubject, count: int, chunksize: int | None, processes: int
) -> None:
    """Without maxtasksperchild, the workers after many tasks are those from the beginning."""
    with subject.open(processes) as pool:
        before = {process.pid for process in workers()}
        ran = set(pool.map(tasks.pid, range(count), chunksize))
        expect.equal({process.pid for process in workers()}, before, "the workers")
        expect.true(ran <= before, expected=f"tasks in {before}", observed=f"in {ran}")


@clause("LIFE-06", needs=("map", "maxtasksperchild", "processes"))
def test_many_tasks_run_each_in_a_process_of_its_own(subject: BoundSubject) -> None:
    """With maxtasksperchild=1 a job of many short tasks completes, each in its own process."""
    count = 40 if subject.start_method == "fork" else 10
    with subject.open(maxtasksperchild=1) as pool:
        ran = pool.map(tasks.pid, range(count), 1)
    expect.equal(len(set(ran)), count, f"processes for {count} tasks:")


@clause("LIFE-10", needs=("map", "maxtasksperchild", "chunksize", "processes", "one_worker"))
@settings(max_examples=5)
@given(limit=st.integers(1, 3), chunksize=st.integers(1, 4))
def test_maxtasksperchild_counts_chunks(subject: BoundSubject, limit: int, chunksize: int) -> None:
    """A worker runs maxtasksperchild * chunksize items."""
    with subject.open(1, maxtasksperchild=limit) as pool:
        ran = pool.map(tasks.pid, range(2 * limit * chunksize), chunksize)
    items = list(Counter(ran).values())
    expect.equal(items, 2 * [limit * chunksize], "the items of each worker")


@clause("LIFE-11", needs=("map", "processes"))
def test_one_worker_of_a_new_pool_may_run_everything(subject: BoundSubject) -> str:
    """Very short tasks of a pool just started run in one to all of its workers."""
    with subject.open(4) as pool:
        ran = Counter(pool.map(tasks.pid, range(16), 1))
    expect.true(len(ran) <= 4, expected="at most 4 workers", observed=f"{len(ran)}")
    return f"of 16 tasks one worker ran {max(ran.values())}"


@clause("LIFE-12", needs=("apply", "close", "join", "processes", "pool_errors"))
def test_a_task_may_not_make_a_pool(subject: BoundSubject) -> None:
    """A task that creates a pool raises AssertionError: workers are daemonic."""
    module, _, attribute = subject.name.partition(":")
    with subject.open(1) as pool:
        expect.raises(AssertionError, pool.apply, nested, (module, attribute))
        pool.close()  # a worker that is killed would leave the semaphores of that pool
        pool.join()
