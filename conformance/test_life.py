"""LIFE: worker lifetime."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account


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
