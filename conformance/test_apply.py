"""APPLY: apply and apply_async."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account
from .harness.strategies import PROCESSES
from .harness.tracked import TrackedPool

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
ARGUMENTS = st.lists(
    st.tuples(
        st.lists(VALUES, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["left", "right", "self", "func"]), VALUES, max_size=3),
    ),
    min_size=1,
    max_size=8,
)
"""Calls, as (args, kwds): nothing at all, positions, names, both; names that a pool may use too."""

FEW = settings(max_examples=5)
"""Examples where one body makes many calls."""


@clause("APPLY-01", needs=("apply",))
@FEW
@given(calls=ARGUMENTS)
def test_apply_returns_the_value_of_the_call(
    subject: BoundSubject, calls: list[tuple[tuple[Any, ...], dict[str, Any]]]
) -> None:
    """apply(func, args, kwds) returns func(*args, **kwds)."""
    with subject.open() as pool:
        for args, kwds in calls:
            expect.equal(pool.apply(tasks.arguments, args, kwds), (args, kwds), "what func got")


@clause("APPLY-02", needs=("apply_async",))
@FEW
@given(calls=ARGUMENTS)
def test_get_returns_the_value_of_the_call(
    subject: BoundSubject, calls: list[tuple[tuple[Any, ...], dict[str, Any]]]
) -> None:
    """apply_async(func, args, kwds).get() returns func(*args, **kwds)."""
    with subject.open() as pool:
        for args, kwds in calls:
            seen = pool.apply_async(tasks.arguments, args, kwds).get()
            expect.equal(seen, (args, kwds), "what func got")


@clause("APPLY-03", needs=("apply",))
@FEW
@given(count=st.integers(1, 12), processes=PROCESSES)
def test_a_task_runs_once_in_one_worker(subject: BoundSubject, count: int, processes: int) -> None:
    """A task runs in exactly one worker, exactly once."""
    if processes == 1:
        subject.require("one_worker")
    task = subject.recorded(tasks.pid)
    with subject.open(processes) as pool:
        workers = [pool.apply(task, (item,)) for item in range(count)]
    seen = account(subject.history(), range(count))
    expect.true(seen.exactly_once, expected="every task to run exactly once", observed=str(seen))
    ran_in = {event.item: event.worker for event in subject.history()}
    expect.equal(workers, [ran_in[str(item)] for item in range(count)], "where the tasks ran")


@clause("APPLY-04", needs=("apply", "processes"))
def test_a_task_runs_in_another_process(subject: BoundSubject) -> None:
    """A task runs in another process than the one that submitted it."""
    with subject.open() as pool:
        worker = pool.apply(tasks.pid)
    expect.true(
        worker != os.getpid(), expected="another process", observed="the process that called"
    )


@clause("APPLY-05", needs=("apply_async", "concurrent_jobs"))
@FEW
@given(count=st.integers(1, 60))
def test_apply_async_returns_before_its_task_has_run(subject: BoundSubject, count: int) -> None:
    """apply_async returns its handle while no task can end, however many are submitted."""
    with subject.open() as pool, subject.gate() as gate:
        handles = [pool.apply_async(gate.task, (item,)) for item in range(count)]
        expect.equal([handle.ready() for handle in handles], [False] * count, "ready before")
        gate.open()
        expect.equal([handle.get() for handle in handles], list(range(count)), "the results")


@clause("APPLY-06", needs=("apply",))
def test_apply_returns_after_its_task_has_ended(subject: BoundSubject) -> None:
    """When apply returns, its task has ended."""
    task = subject.recorded(tasks.sleep_s)
    with subject.open() as pool:
        pool.apply(task, (0.05,))
        seen = account(subject.history(), [0.05])
    expect.equal(seen.done, 1, "tasks that had ended when apply returned:")


@clause("APPLY-07", needs=("apply_async", "concurrent_jobs"))
@FEW
@given(count=st.integers(2, 400), processes=PROCESSES)
def test_each_of_many_tasks_gives_its_result_to_its_own_handle(
    subject: BoundSubject, count: int, processes: int
) -> None:
    """Every one of many tasks runs exactly once and gives its result to its own handle."""
    if processes == 1:
        subject.require("one_worker")
    submit_all = _submitting(subject.recorded(tasks.square), count)
    seen = subject.outcome(submit_all, processes=processes).unwrap()
    expect.equal(seen, [item * item for item in range(count)], "the results by handle")
    ran = account(subject.history(), range(count))
    expect.true(ran.exactly_once, expected="every task to run exactly once", observed=str(ran))


def _submitting(task: Callable[[int], int], count: int) -> Callable[[TrackedPool], list[int]]:
    def submit_all(pool: TrackedPool) -> list[int]:
        handles = [pool.apply_async(task, (item,)) for item in range(count)]
        return [handle.get() for handle in handles]

    return submit_all
