"""API: the methods, the workers and the arguments by which they are had."""

import pickle
from functools import partial
from typing import Any

import psutil
from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.constructing import own_constructor
from .harness.expect import NotSupported
from .harness.outcome import Outcome, capture
from .harness.tracked import TrackedPool
from .subjects.capabilities import METHODS

CALLS: tuple[tuple[str, dict[str, Any], object], ...] = (
    ("apply", {"func": tasks.add, "args": (1,), "kwds": {"right": 2}}, 3),
    ("map", {"func": tasks.square, "iterable": [2, 3], "chunksize": 1}, [4, 9]),
    ("starmap", {"func": tasks.add, "iterable": [(1, 2)], "chunksize": 1}, [3]),
    ("imap", {"func": tasks.square, "iterable": [2, 3], "chunksize": 1}, [4, 9]),
    ("imap_unordered", {"func": tasks.square, "iterable": [2], "chunksize": 1}, [4]),
)
"""A method, its parameters by their documented names in their documented order, its result."""

CALLBACKS = {"callback": None, "error_callback": None}


@clause("API-01")
def test_a_pool_has_the_methods_of_a_pool(subject: BoundSubject) -> None:
    """A pool has every documented method and is a context manager."""
    with subject.open() as pool:
        missing = [
            name
            for name in (*METHODS, "__enter__", "__exit__")
            if getattr(subject.capabilities, name, True)
            and not callable(getattr(pool.raw, name, None))
        ]
    expect.equal(missing, [], "the missing methods")
    subject.require(*METHODS)


@clause("API-02", needs=("apply_async", "concurrent_jobs"))
@given(processes=st.integers(2, 4))
def test_as_many_tasks_run_at_once_as_there_are_workers(
    subject: BoundSubject, processes: int
) -> None:
    """A pool of n workers runs n tasks at the same time."""
    with subject.open(processes) as pool, subject.gate() as gate:
        task = subject.recorded(gate.task)
        handles = [pool.apply_async(task, (item,)) for item in range(processes)]
        subject.eventually(
            lambda: len(subject.history()) == processes, f"{processes} tasks running at once"
        )
        gate.open()
        expect.equal([handle.get() for handle in handles], list(range(processes)))


@clause("API-03", needs=(*METHODS, "initializer", "maxtasksperchild", "next_timeout"))
def test_parameters_have_their_documented_names_and_order(subject: BoundSubject) -> None:
    """The constructor and the methods take their parameters by position and by name."""
    with subject.open() as pool:
        for method, parameters, result in CALLS:
            _call_both_ways(pool, method, parameters, result)
            if not method.startswith("imap"):
                _call_both_ways(pool, f"{method}_async", parameters | CALLBACKS, result)
        handle = pool.apply_async(tasks.square, (3,))
        handle.wait(timeout=60)
        expect.equal(handle.get(timeout=60), 9, "get(timeout=...)")
        expect.equal(pool.imap(tasks.square, [3]).next(timeout=60), 9, "next(timeout=...)")
    constructor = own_constructor(subject)
    options = {"initializer": tasks.remember, "initargs": ("kept",), "maxtasksperchild": 9}
    with subject.phase("Pool by position, by name"):
        _expect_kept(capture(partial(constructor, 1, *options.values())))
        _expect_kept(capture(partial(constructor, processes=1, **options)))


def _call_both_ways(
    pool: TrackedPool, method: str, parameters: dict[str, Any], result: object
) -> None:
    for arguments, keywords in ((tuple(parameters.values()), {}), ((), parameters)):
        called = capture(partial(getattr(pool, method), *arguments, **keywords)).unwrap()
        if method.endswith("_async"):
            called = called.get()
        seen = list(called) if method.startswith("imap") else called
        how = "by name" if keywords else "by position"
        expect.equal(seen, result, f"{method} with parameters {how}")


def _expect_kept(constructed: Outcome) -> None:
    with constructed.unwrap() as pool:
        expect.equal(pool.apply(tasks.recall), "kept", "what the initializer was given")


@clause("API-09", needs=("apply", "children"))
def test_workers_start_in_the_way_the_context_says(subject: BoundSubject) -> None:
    """Workers are started with the start method that was asked for."""
    if subject.start_method not in ("fork", "spawn", "forkserver"):
        raise NotSupported(f"starts workers in a way of its own, {subject.start_method}")
    with subject.open() as pool:
        worker, here = psutil.Process(pool.apply(tasks.pid)), psutil.Process()
        if worker.ppid() != here.pid:
            seen = "forkserver"
        else:
            seen = "fork" if worker.cmdline() == here.cmdline() else "spawn"
    expect.equal(seen, subject.start_method, "a worker that was started with")


@clause("API-12")
def test_a_pool_cannot_be_pickled(subject: BoundSubject) -> str:
    """Pickling a pool raises NotImplementedError."""
    own_constructor(subject)
    with subject.open() as pool:
        return str(expect.raises(NotImplementedError, pickle.dumps, pool.raw))


@clause("API-19", needs=("close",))
def test_the_repr_tells_the_state_and_the_number_of_workers(subject: BoundSubject) -> str:
    """The repr of a pool has `state=` and `pool_size=`."""
    with subject.open(2) as pool:
        seen = [repr(pool.raw)]
        pool.close()
        seen.append(repr(pool.raw))
    told = ", ".join(part.partition("state=")[2] for part in seen)
    expect.true(
        all("state=" in part for part in seen) and "pool_size=2" in seen[0] and seen[0] != seen[1],
        expected="state= and pool_size=2, the state another once closed",
        observed=", ".join(seen),
    )
    return told
