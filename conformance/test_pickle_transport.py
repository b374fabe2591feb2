"""PICKLE: what arrives, how, and when it is pickled."""

import inspect
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import payloads, tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.main_module import main_module
from .harness.outcome import capture

_PIPE = 65_536
"""Bytes that a pipe holds on Linux."""

_SIZES = st.sampled_from([0, 1, _PIPE - 1, _PIPE, _PIPE + 1, 16 * _PIPE, 50 * _PIPE])


@clause("PICKLE-07", needs=("map", "apply"))
def test_a_function_of_the_main_module_runs_in_the_workers(subject: BoundSubject) -> None:
    """A function that the script itself defines gives its results in the workers."""
    source = inspect.getsource(tasks.square)
    with main_module(subject.folder / "script.py", source) as script, subject.open() as pool:
        expect.equal(script.square.__module__, "__main__", "the function's module")
        expect.equal(pool.apply(script.square, (5,)), 25, "the result of apply")
        expect.equal(pool.map(script.square, range(4)), [0, 1, 4, 9], "the results of map")


@clause("PICKLE-08", needs=("map",))
@given(
    sizes=st.lists(_SIZES, max_size=8),
    kind=st.sampled_from([payloads.Blob, payloads.Array]),
    processes=st.integers(1, 3),
)
def test_large_arguments_and_results_arrive_unchanged(
    subject: BoundSubject, sizes: list[int], kind: type[payloads.Blob], processes: int
) -> None:
    """Items of any size come back as they went, while others go out and come back."""
    items = [kind(size, seed) for seed, size in enumerate(sizes)]
    with subject.open(processes) as pool:
        expect.equal(pool.map(tasks.identity, items, 1), items, "the items echoed")


@clause("PICKLE-18", needs=("apply_async", "concurrent_jobs", "one_worker", "processes"))
def test_arguments_may_be_pickled_after_the_call_has_returned(subject: BoundSubject) -> str:
    """A change to an argument after its submission, before its task is sent, reaches the task."""
    items = ["before"]
    with subject.open(1) as pool, subject.gate() as gate:
        held = pool.apply_async(gate.task)
        filler = pool.apply_async(tasks.noop, (payloads.Blob(16 * _PIPE),))
        handle = pool.apply_async(tasks.identity, (items,))
        subject.no_script("the argument is changed while the only worker is held")
        items.append("after")
        gate.open()
        for earlier in (held, filler):
            earlier.get()
        seen = handle.get()
    expect.equal(seen, ["before", "after"], "as the argument that the task saw:")
    return "the task saw the change"


@clause("PICKLE-19", needs=("apply", "processes"))
def test_reductions_of_forkingpickler_are_used(subject: BoundSubject) -> str:
    """An object that only a reduction registered with ForkingPickler can carry goes both ways."""
    with subject.open() as pool:
        outcome = capture(partial(pool.apply, tasks.identity, (payloads.Reduced("kept"),)))
    expect.equal(str(outcome), "Reduced('kept')", "as what came back:")
    return str(outcome)
