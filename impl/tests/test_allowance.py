"""maxtasksperchild: what a worker was sent, counted exactly."""

from __future__ import annotations

import multiprocessing
import os

from hypothesis import given
from hypothesis import strategies as st

from poolproof import Pool
from poolproof._link.allowance import Allowance

JOB = 7


@given(tasks=st.integers(1, 50), per=st.integers(1, 50), limit=st.integers(1, 100))
def test_a_worker_is_sent_as_many_items_as_it_may(tasks: int, per: int, limit: int) -> None:
    """Whole tasks of whole items: none is left over for rounding, and none too many."""
    allowance = Allowance(tasks)
    sent, last = 0, False
    while not last:
        items = min(limit, allowance.items(JOB, per))
        sent += items
        last = allowance.charge(JOB, items, per)
    assert sent == tasks * per


@given(tasks=st.integers(1, 50), per=st.integers(1, 50), data=st.data())
def test_what_was_not_sent_after_all_may_be_sent_again(
    tasks: int, per: int, data: st.DataObject
) -> None:
    allowance = Allowance(tasks)
    items = data.draw(st.integers(1, tasks * per))
    assert allowance.charge(JOB, items, per) == (items == tasks * per)
    allowance.refund(items, per)
    assert allowance.items(JOB, per) == tasks * per


@given(tasks=st.integers(1, 50), per=st.integers(2, 50), data=st.data())
def test_what_is_left_of_a_task_is_no_task_of_another_job(
    tasks: int, per: int, data: st.DataObject
) -> None:
    allowance = Allowance(tasks)
    items = data.draw(st.integers(1, tasks * per))
    allowance.charge(JOB, items, per)
    for of_another in (1, per):
        assert allowance.items(JOB + 1, of_another) == (tasks * per - items) // per * of_another


def _pid(_: int) -> int:
    return os.getpid()


def test_a_process_that_is_to_run_one_task_runs_none_of_another_job() -> None:
    """The last chunk of a `map` is shorter than the others, and counts as they do."""
    used: set[int] = set()
    with Pool(2, maxtasksperchild=1, context=multiprocessing.get_context("fork")) as pool:
        for _ in range(5):
            calls = ({pool.apply(_pid, (0,))}, *(set(pool.map(_pid, range(n))) for n in (41, 9)))
            for pids in calls:
                assert not used & pids
                used |= pids
