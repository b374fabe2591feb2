"""DEATH: worker death in a task."""

import signal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account, told
from .harness.strategies import PROCESSES
from .harness.tracked import TrackedPool

LATER = 5
"""Tasks that are run after a death, each of which has to do well."""
SEVERAL = 12
"""Items of a job, more than there are workers."""


@clause("DEATH-01", needs=("apply_async", "kills"))
def test_a_task_whose_worker_is_killed_ends_with_an_error(subject: BoundSubject) -> str:
    """get() raises when the worker that ran the task was killed."""
    with subject.open() as pool:
        lost = pool.apply_async(tasks.kill_self)
        return repr(expect.raises(Exception, lost.get))


@clause("DEATH-02", needs=("apply_async", "kills", "reuse_after_error"))
def test_a_task_that_ends_its_process_ends_with_an_error(subject: BoundSubject) -> str:
    """get() raises when the task ended its process, whatever exit code it chose."""
    with subject.open() as pool:
        for code in (0, 1, 255):
            lost = pool.apply_async(tasks.exit_now, (code,))
            error = expect.raises(Exception, lost.get)
        return repr(error)


@clause("DEATH-03", needs=("apply_async", "kills", "concurrent_jobs"))
@given(before=st.integers(0, 12), after=st.integers(0, 12), processes=PROCESSES)
def test_the_tasks_of_others_run_once_and_give_their_results(
    subject: BoundSubject, before: int, after: int, processes: int
) -> None:
    """The tasks that the lost worker did not hold run exactly once and give their results."""
    bad, items = before, range(before + 1 + after)
    task = subject.recorded(partial(tasks.fail_at, bad, tasks.kill_self))
    with subject.open(processes) as pool:
        handles = {item: pool.apply_async(task, (item,)) for item in items}
        del handles[bad]
        results = [handle.get() for handle in handles.values()]
    expect.equal(results, list(handles), "the results of the other tasks")
    ran = [event for event in subject.history() if event.item != told(bad)]
    seen = account(ran, handles)
    expect.true(seen.exactly_once, expected="each of them to run once", observed=str(seen))


@clause("DEATH-04", needs=("apply_async", "kills"))
def test_the_task_of_a_lost_worker_is_not_run_again(subject: BoundSubject) -> None:
    """What a lost worker held has been started once, and is never started again."""
    killer = subject.recorded(partial(tasks.fail_at, "lost", tasks.kill_self))
    with subject.open() as pool:
        lost = pool.apply_async(killer, ("lost",))
        expect.raises(Exception, lost.get)
        if subject.capabilities.reuse_after_error:
            _is_usable(pool)
    starts = [event for event in subject.history() if event.item == "lost"]
    expect.equal(len(starts), 1, "starts of the lost task:")


@clause("DEATH-05", needs=("map", "kills", "chunksize"))
@given(
    before=st.integers(0, 12),
    after=st.integers(0, 12),
    chunksize=st.integers(1, 5),
    processes=PROCESSES,
)
def test_a_map_with_a_lost_item_raises_once_the_others_have_ended(
    subject: BoundSubject, before: int, after: int, chunksize: int, processes: int
) -> None:
    """map() raises when an item lost its worker, and its other chunks have been completed."""
    if processes == 1:
        subject.require("one_worker")  # a worker is what is killed, not the caller
    items = range(before + 1 + after)
    task = subject.recorded(partial(tasks.fail_at, before, tasks.kill_self))
    with subject.open(processes) as pool:
        expect.raises(Exception, pool.map, task, items, chunksize)
        ran = subject.history()
    others = [item for item in items if item // chunksize != before // chunksize]
    seen = account([event for event in ran if event.item in map(told, others)], others)
    expect.true(seen.exactly_once, expected="the others to run once", observed=str(seen))


@clause("DEATH-06", needs=("imap", "kills", "imap_after_error"))
@given(before=st.integers(0, 8), after=st.integers(0, 8), processes=PROCESSES)
def test_an_imap_with_a_lost_item_goes_on_behind_it(
    subject: BoundSubject, before: int, after: int, processes: int
) -> None:
    """imap() raises at the place of the item that lost its worker and yields all the others."""
    items = range(before + 1 + after)
    task = partial(tasks.fail_at, before, tasks.kill_self)
    with subject.open(processes) as pool:
        iterator = pool.imap(task, items)
        expect.equal([next(iterator) for _ in range(before)], list(items[:before]), "before it")
        expect.raises(Exception, next, iterator)
        expect.equal(list(iterator), list(items[before + 1 :]), "behind it")


@clause("DEATH-07", needs=("apply_async", "close", "join", "kills"))
def test_close_and_join_return_after_a_loss(subject: BoundSubject) -> None:
    """close() and join() return when a worker was lost in a task, others being under way."""
    with subject.open() as pool:
        pool.apply_async(tasks.kill_self)
        innocent = [pool.apply_async(tasks.square, (item,)) for item in range(SEVERAL)]
        pool.close()
        pool.join()
        results = [handle.get() for handle in innocent]
        expect.equal(results, [item * item for item in range(SEVERAL)], "the other results")


@clause("DEATH-12", needs=("apply_async", "kills"))
def test_a_pool_is_usable_after_a_loss(subject: BoundSubject) -> None:
    """Jobs that are submitted after a worker was lost in a task give their results."""
    with subject.open() as pool:
        pool.apply_async(subject.recorded(tasks.kill_self), (signal.SIGKILL,))
        subject.eventually(subject.history, "the fatal task to start")
        _is_usable(pool)


def _is_usable(pool: TrackedPool) -> None:
    handles = [pool.apply_async(tasks.square, (item,)) for item in range(LATER)]
    expect.equal([h.get() for h in handles], [i * i for i in range(LATER)], "later results")
