"""RES: result handles and timeouts."""

import itertools
import threading
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Outcome, Value, capture
from .harness.tracked import TrackedPool
from .harness.waiting import Gate

ASYNC = ("apply_async", "map_async", "starmap_async")
PARTS = ("get", "wait", "ready", "successful")
SHORT_S = 0.01
"""A timeout that has to pass."""
GRAIN_S = 0.001
"""What a wait may be short of its timeout: clocks are read at both ends, in different units."""


def _submitted(
    subject: BoundSubject, pool: TrackedPool, task: Any, value: Any
) -> list[tuple[Any, Any]]:
    """Submit the task by each method that the subject declares; returns (handle, its result)."""
    ways = {
        "apply_async": ((value,), value),
        "map_async": ([value], [value]),
        "starmap_async": ([(value,)], [value]),
    }
    return [
        (getattr(pool, method)(task, arguments), result)
        for method, (arguments, result) in ways.items()
        if subject.capabilities.has(method, subject.start_method)
    ]


def _finish(gate: Gate, submitted: list[tuple[Any, Any]]) -> None:
    """Let the tasks end: what is tried here is no terminate() in the middle of them."""
    gate.open()
    for handle, result in submitted:
        expect.equal(handle.get(), result, "the result in the end")


@clause("RES-01", needs=("apply_async",))
def test_get_waits_for_the_result(subject: BoundSubject) -> None:
    """get() waits until the result has arrived and returns it."""
    value = {"rows": [1, 2.5, None]}
    with subject.open() as pool, subject.gate() as gate:
        waiters = [
            (_Waiter(handle), result)
            for handle, result in _submitted(subject, pool, gate.task, value)
        ]
        for waiter, _ in waiters:
            subject.eventually(waiter.waits.is_set, "a thread to wait in get()")
        gate.open()
        for waiter, result in waiters:
            with subject.phase("get"):
                waiter.join()
            expect.equal(waiter.outcome, Value(result), "the outcome of get()")


class _Waiter(threading.Thread):
    """A thread that waits in `get()` for as long as it takes."""

    def __init__(self, handle: Any) -> None:
        super().__init__()
        self.waits = threading.Event()
        self.outcome: Outcome | None = None
        self._waits_for = handle
        self.start()

    def run(self) -> None:
        """Get the outcome."""
        self.waits.set()
        self.outcome = capture(self._waits_for.get)


@clause("RES-02", needs=("apply_async",))
def test_get_raises_when_its_timeout_passes(subject: BoundSubject) -> None:
    """get(timeout) raises TimeoutError when the result does not arrive in time."""
    with subject.open() as pool, subject.gate() as gate:
        submitted = _submitted(subject, pool, gate.task, 1)
        for (handle, _), timeout in itertools.product(submitted, (0, SHORT_S)):
            expect.raises(subject.error("TimeoutError"), handle.get, timeout)
        _finish(gate, submitted)


@clause("RES-03", needs=("apply_async",))
@settings(max_examples=4)
@given(timeout=st.sampled_from([0.02, 0.05, 0.1, 0.15]))
def test_get_waits_for_its_whole_timeout(subject: BoundSubject, timeout: float) -> None:
    """get(timeout) does not raise TimeoutError before the timeout has passed."""
    with subject.open() as pool, subject.gate() as gate:
        late = pool.apply_async(gate.task)
        before = time.monotonic()
        expect.raises(subject.error("TimeoutError"), late.get, timeout)
        waited = time.monotonic() - before
        _finish(gate, [(late, None)])
    expect.true(
        waited >= timeout - GRAIN_S,
        expected=f"TimeoutError after {timeout} s",
        observed=f"TimeoutError after {waited:.4f} s",
    )


@clause("RES-04", needs=("apply_async",))
def test_a_result_outlives_a_timeout(subject: BoundSubject) -> None:
    """get() returns the result for which an earlier get(timeout) did not wait."""
    with subject.open() as pool, subject.gate() as gate:
        submitted = _submitted(subject, pool, gate.task, 1)
        for handle, _ in submitted:
            for _ in range(2):
                expect.raises(subject.error("TimeoutError"), handle.get, SHORT_S)
        gate.open()
        for handle, result in submitted:
            expect.equal(handle.get(), result, "the result")


@clause("RES-05", needs=("apply_async",))
def test_wait_returns_without_raising(subject: BoundSubject) -> None:
    """wait() returns when the timeout has passed and when the result, good or bad, is there."""
    with subject.open() as pool, subject.gate() as gate:
        late = _submitted(subject, pool, gate.task, 1)
        for handle, _ in late:
            handle.wait(SHORT_S)
            expect.true(not handle.ready(), expected="no result yet", observed="ready() is true")
        gate.open()
        failed = _submitted(subject, pool, tasks.raise_for, 1)
        for handle, _ in [*late, *failed]:
            handle.wait()
            handle.wait(SHORT_S)
            expect.true(handle.ready(), expected="a result after wait()", observed="not ready()")


@clause("RES-06", needs=("apply_async",))
def test_ready_tells_whether_the_result_is_there(subject: BoundSubject) -> None:
    """ready() is false while the task runs and true once the result has arrived."""
    with subject.open() as pool, subject.gate() as gate:
        submitted = _submitted(subject, pool, subject.recorded(gate.task), 1)
        subject.eventually(subject.history, "a task to start")
        for handle, _ in submitted:
            expect.equal(handle.ready(), False, "ready() while the task runs")
        gate.open()
        for handle, _ in submitted:
            handle.get()
            expect.equal(handle.ready(), True, "ready() after get()")


@clause("RES-07", needs=("apply_async",))
def test_successful_tells_a_result_from_an_error(subject: BoundSubject) -> None:
    """successful() is true for a call that returned and false for one that raised."""
    with subject.open() as pool:
        for task, expected in ((tasks.identity, True), (tasks.raise_for, False)):
            for handle, _ in _submitted(subject, pool, task, 1):
                handle.wait()
                expect.equal(handle.successful(), expected, f"successful() of {task.__name__}")


@clause("RES-08", needs=("apply_async",))
def test_successful_refuses_to_answer_too_early(subject: BoundSubject) -> None:
    """successful() raises ValueError while the result is not ready."""
    with subject.open() as pool, subject.gate() as gate:
        submitted = _submitted(subject, pool, gate.task, 1)
        for handle, _ in submitted:
            expect.raises(ValueError, handle.successful)
        _finish(gate, submitted)


@clause("RES-09", needs=("apply_async",))
def test_get_returns_the_same_each_time(subject: BoundSubject) -> None:
    """get() returns the same result, or raises the same error, each time it is called."""
    with subject.open() as pool:
        for handle, result in _submitted(subject, pool, tasks.identity, "value"):
            for _ in range(3):
                expect.equal(handle.get(), result, "the result")
        for handle, _ in _submitted(subject, pool, tasks.raise_for, "value"):
            for _ in range(3):
                error = expect.raises(ValueError, handle.get)
                expect.equal(error, ValueError("value"), "the error")


@clause("RES-10", needs=("apply_async", "close", "join", "terminate"))
def test_a_result_outlives_its_pool(subject: BoundSubject) -> None:
    """get() returns a result that arrived before close(), join() or terminate()."""
    for ending in (("close", "join"), ("terminate", "join")):
        with subject.open() as pool:
            good = _submitted(subject, pool, tasks.identity, 1)
            failed = _submitted(subject, pool, tasks.raise_for, 1)
            for handle, _ in [*good, *failed]:
                handle.wait()
            for method in ending:
                getattr(pool, method)()
                for handle, result in good:
                    expect.equal(handle.get(), result, f"the result after {method}()")
                for handle, _ in failed:
                    expect.raises(ValueError, handle.get)


@clause("RES-11", needs=ASYNC)
def test_every_asynchronous_method_returns_a_whole_handle(subject: BoundSubject) -> None:
    """apply_async, map_async, starmap_async return handles with get, wait, ready, successful."""
    with subject.open() as pool:
        for handle, result in _submitted(subject, pool, tasks.identity, 1):
            lacking = [name for name in PARTS if not callable(getattr(handle.raw, name, None))]
            kind = type(handle.raw).__name__
            expect.true(
                not lacking,
                expected=f"a handle with {', '.join(PARTS)}",
                observed=f"a {kind} without {', '.join(lacking)}",
            )
            expect.equal(handle.get(), result, "the result")
