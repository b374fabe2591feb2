"""INIT: the initializer, when it works."""

from collections import Counter
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .faults import raises_on_dump
from .harness import expect
from .harness.bound import BoundSubject
from .harness.census import baseline
from .harness.strategies import ERRORS, PROCESSES

_VALUES = st.integers() | st.text(max_size=20) | st.lists(st.booleans(), max_size=3)


@clause("INIT-01", needs=("initializer", "map"))
@given(value=_VALUES, count=st.integers(1, 12), processes=PROCESSES)
def test_the_initializer_runs_before_the_first_task(
    subject: BoundSubject, value: object, count: int, processes: int
) -> None:
    """Every task finds what initializer(*initargs) left in its worker."""
    with subject.open(processes, initializer=tasks.remember, initargs=(value,)) as pool:
        found = pool.map(tasks.recall, range(count), 1)
    expect.equal(found, [value] * count, "as what the tasks found:")


@clause("INIT-02", needs=("initializer", "map", "processes"))
@given(count=st.integers(1, 12), processes=PROCESSES)
def test_a_worker_calls_the_initializer_once(
    subject: BoundSubject, count: int, processes: int
) -> None:
    """No worker calls the initializer twice, however many tasks it runs."""
    initializer = subject.recorded(tasks.remember)
    with subject.open(processes, initializer=initializer, initargs=("it",)) as pool:
        ran = set(pool.map(tasks.pid, range(count), 1))
        calls = Counter(event.worker for event in subject.history())
    expect.equal({pid: calls[pid] for pid in ran}, dict.fromkeys(ran, 1), "as calls a worker:")
    expect.equal(set(calls.values()), {1}, "as calls of any worker:")


@clause("INIT-03", needs=("initializer", "map", "maxtasksperchild", "processes"))
@given(count=st.integers(2, 8), processes=st.integers(1, 3))
def test_a_worker_that_replaces_another_calls_the_initializer(
    subject: BoundSubject, count: int, processes: int
) -> None:
    """With a worker for each task, every task finds what the initializer left."""
    with subject.open(
        processes, initializer=tasks.remember, initargs=("kept",), maxtasksperchild=1
    ) as pool:
        found = pool.map(tasks.recall, range(count), 1)
    expect.equal(found, ["kept"] * count, "as what the tasks found:")


@clause("INIT-04", needs=("initializer", "close", "join", "processes", "starts_at_once"))
@given(processes=PROCESSES)
def test_the_initializer_runs_in_a_pool_that_has_no_task(
    subject: BoundSubject, processes: int
) -> None:
    """Every worker of a pool that is closed and joined at once has called the initializer."""
    initializer = subject.recorded(tasks.remember)
    with subject.open(processes, initializer=initializer, initargs=("it",)) as pool:
        pool.close()
        pool.join()
    ended = [event.ended for event in subject.history()]
    expect.equal(ended, ["done"] * processes, "as calls of the initializer:")


@clause("INIT-06", needs=("initializer", "map", "processes"))
def test_under_fork_an_initializer_need_not_be_picklable(subject: BoundSubject) -> None:
    """A closure is an initializer like any other where memory is inherited."""
    if subject.start_method != "fork":
        raise expect.Skip("about fork: elsewhere the initializer travels (INIT-07)")
    kept = raises_on_dump.RaisesOnDump(TypeError("this is not to be pickled"))

    def initializer(value: object) -> None:
        tasks.remember([repr(kept), repr(value)])

    with subject.open(initializer=initializer, initargs=(kept,)) as pool:
        found = pool.map(tasks.recall, range(4), 1)
    expect.equal(found, [[repr(kept)] * 2] * 4, "as what the tasks found:")


@clause("INIT-07", needs=("initializer", "processes", "starts_at_once"))
@given(error=ERRORS)
def test_an_initializer_that_cannot_travel_is_refused_by_the_constructor(
    subject: BoundSubject, error: Exception
) -> None:
    """The constructor raises what pickling the initializer raised and leaves no process."""
    if subject.start_method not in ("spawn", "forkserver"):
        raise expect.Skip("about spawn and forkserver: elsewhere nothing travels (INIT-06)")
    before = baseline()
    poison = raises_on_dump.RaisesOnDump(error)
    for options in (
        {"initializer": poison},
        {"initializer": tasks.remember, "initargs": (poison,)},
    ):
        seen = expect.raises(type(error), partial(subject.open, **options))
        expect.equal(seen, error, "the error of pickling")
    left = subject.census(before)
    expect.true(not left.children, expected="no process left", observed=str(left))
