"""API: constructors that raise, and what they leave."""

from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .faults.failing_start import failing_start
from .faults.no_new_threads import no_new_threads
from .harness import expect
from .harness.bound import BoundSubject
from .harness.census import Baseline, baseline
from .harness.constructing import own_constructor
from .harness.outcome import Error, Value, capture

FEW = settings(max_examples=6)
"""Examples where many values are of one kind, and a body an example is all that they cost."""


@clause("API-04")
@FEW
@given(processes=st.integers(max_value=0))
def test_a_count_of_workers_below_one_is_refused(subject: BoundSubject, processes: int) -> None:
    """Pool(processes) raises ValueError for 0 and for a negative number."""
    expect.raises(ValueError, subject.open, processes)


@clause("API-05", needs=("maxtasksperchild",))
@FEW
@given(value=st.sampled_from([0, -1, 0.5, "12", 2.0, [3]]))
def test_a_maxtasksperchild_that_is_no_positive_int_is_refused(
    subject: BoundSubject, value: Any
) -> None:
    """Pool(maxtasksperchild) raises ValueError for what is neither None nor a positive int."""
    expect.raises(ValueError, subject.open, maxtasksperchild=value)


@clause("API-06", needs=("initializer",))
@FEW
@given(value=st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=3))
def test_an_initializer_that_cannot_be_called_is_refused(subject: BoundSubject, value: Any) -> None:
    """Pool(initializer) raises TypeError for what is neither None nor callable."""
    expect.raises(TypeError, subject.open, initializer=value)


@clause("API-07", needs=("maxtasksperchild", "initializer", "children"))
def test_a_constructor_that_refuses_an_argument_leaves_nothing(subject: BoundSubject) -> None:
    """A constructor that raises because of an argument leaves no process and no thread."""
    for refused in ({"processes": 0}, {"maxtasksperchild": 0}, {"initializer": 1}):
        before = baseline()
        error = expect.raises((ValueError, TypeError), partial(subject.open, **refused))
        error.__traceback__ = None  # its frames keep the pool
        _expect_nobody(subject, before, f"after {error!r}")


@clause("API-08", needs=("children", "processes"))
@given(processes=st.integers(2, 5), started=st.integers(0, 4))
@FEW
def test_a_constructor_that_cannot_start_a_worker_gives_the_others_back(
    subject: BoundSubject, processes: int, started: int
) -> None:
    """A failing start of a worker is raised, and none of the workers started is left alive."""
    own_constructor(subject)
    before = baseline()
    started = min(started, processes - 1)
    with failing_start(subject, started, surely=False) as fault:
        subject.no_script(f"here the start of worker {started + 1} raises {fault.error!r}")
        seen = capture(partial(subject.open, processes))
    if not fault.times:  # it starts fewer workers than it is asked for: API-02 is about that
        with seen.unwrap():
            return
    error = fault.error
    expect.equal(seen, Error(type(error).__name__, error.args), "the error of the start")
    error.__traceback__ = None  # its frames keep the pool, and that its descriptors
    _expect_nobody(subject, before, "after a start that failed")


@clause("API-17", needs=("children", "map"))
def test_a_constructor_that_cannot_start_a_thread_gives_the_workers_back(
    subject: BoundSubject,
) -> str:
    """A constructor that cannot start a thread of its own raises and leaves no worker alive."""
    before = baseline()
    with no_new_threads():
        subject.no_script("here every start of a thread raises RuntimeError")
        opened = capture(subject.open)
    if isinstance(opened, Value):
        with opened.unwrap() as pool:
            expect.equal(pool.map(tasks.square, [2]), [4], "the result of a job")
        return "starts no thread in the constructor"
    expect.equal(opened.kind, "RuntimeError", "the error of the thread's start")
    _expect_nobody(subject, before, "after a thread that did not start")
    return str(opened)


@clause("API-18")
def test_a_count_of_workers_that_is_no_number_is_a_type_error(subject: BoundSubject) -> str:
    """Pool(processes="2") raises TypeError."""
    return str(expect.raises(TypeError, subject.open, "2"))


@clause("API-20", needs=("initializer", "apply"))
@FEW
@given(value=st.none() | st.integers() | st.text(max_size=3))
def test_arguments_without_an_initializer_are_not_looked_at(
    subject: BoundSubject, value: Any
) -> None:
    """Pool(initargs=value) opens a pool that works, whatever the value."""
    with subject.open(1, initargs=value) as pool:
        expect.equal(pool.apply(tasks.square, (3,)), 9, "the result")


def _expect_nobody(subject: BoundSubject, before: Baseline, when: str) -> None:
    left = subject.census(before)
    expect.equal(left.children + left.zombies, [], f"processes left {when}:")
    expect.equal(left.threads, [], f"threads left {when}:")
