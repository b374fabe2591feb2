"""SHUT: what becomes of outstanding results, and what may not hold terminate() up."""

import threading
from collections.abc import Iterator
from typing import Any

from . import tasks
from .clauses import clause
from .faults.raises_on_load import RaisesOnLoad
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Error, Outcome, Value, capture
from .harness.workers import workers

_PICKLED_S = 0.3  # in vain where arguments are pickled late: then none is queued
WAITERS = 3
MEBIBYTE = 2**20


@clause("SHUT-21", needs=("apply_async", "map_async", "starmap_async", "terminate", "join"))
def test_get_raises_for_a_job_outstanding_at_terminate(subject: BoundSubject) -> str:
    """get() raises an error for a job that was under way, or waiting, at terminate()."""
    with subject.gate() as gate:
        with subject.open() as pool:
            handles = [
                pool.apply_async(gate.task),
                pool.map_async(gate.task, range(4)),
                pool.starmap_async(gate.task, [(item,) for item in range(4)]),
            ]
        pool.join()
        return repr([expect.raises(Exception, handle.get) for handle in handles])


@clause("SHUT-22", needs=("imap", "imap_unordered", "with_terminates", "join"))
def test_next_raises_for_an_iterator_outstanding_at_terminate(subject: BoundSubject) -> str:
    """next() raises an error, not StopIteration, on an iterator outstanding at terminate()."""
    with subject.gate() as gate:
        with subject.open() as pool:
            iterators = [pool.imap(gate.task, range(3)), pool.imap_unordered(gate.task, range(3))]
        pool.join()
        errors = [expect.raises(Exception, next, iterator) for iterator in iterators]
    expect.true(
        not any(isinstance(error, StopIteration) for error in errors),
        expected="an error that tells of results not delivered",
        observed=repr(errors),
    )
    return repr(errors)


@clause("SHUT-23", needs=("apply_async", "imap", "terminate", "join", "concurrent_jobs"))
def test_terminate_wakes_every_thread_that_waits(subject: BoundSubject) -> str:
    """terminate() ends the waiting of each thread in get() or next(), with an error."""
    ends: list[Outcome] = []
    with subject.open() as pool, subject.gate() as gate:
        waits: list[Any] = [pool.apply_async(gate.task).get for _ in range(WAITERS)]
        waits.append(pool.imap(gate.task, range(3)).__next__)
        threads = [
            threading.Thread(target=lambda wait=wait: ends.append(capture(wait)), daemon=True)
            for wait in waits
        ]
        for thread in threads:
            thread.start()
        pool.terminate()
        pool.join()
        for thread in threads:
            with subject.phase("the waiting threads to wake"):
                thread.join()
    expect.true(
        all(isinstance(end, Error) and end.kind != "StopIteration" for end in ends),
        expected="an error for each thread",
        observed=str(list(map(str, ends))),
    )
    return str(ends[0])


@clause("SHUT-25", needs=("apply_async", "terminate", "join", "callbacks", "children"))
def test_terminate_stops_a_pool_whose_callback_raised(subject: BoundSubject) -> None:
    """terminate() returns without an error, no worker left, after a callback raised."""
    called = subject.event()

    def callback(_result: object) -> None:
        called.set()
        raise RuntimeError("a callback that fails")

    with subject.open() as pool:
        pool.apply_async(tasks.noop, callback=callback)
        subject.eventually(called.is_set, "the callback to be called")
        expect.equal(capture(pool.terminate), Value(None), "terminate():")
        pool.join()
        expect.equal(workers(), [], "the workers left")


@clause("SHUT-26", needs=("apply_async", "map_async", "terminate", "callbacks", "children"))
def test_terminate_may_be_called_from_a_callback(subject: BoundSubject) -> None:
    """terminate() in a callback returns and stops every worker, large results under way."""
    returned, submitted = subject.event(), subject.event()
    with subject.open() as pool:

        def callback(_result: object) -> None:
            submitted.wait(subject.longest_s)
            pool.raw.terminate()
            returned.set()

        pool.apply_async(tasks.noop, callback=callback)
        pool.map_async(subject.recorded(bytes), [MEBIBYTE] * 16, 1)
        subject.eventually(
            lambda: sum(event.ended == "done" for event in subject.history()) >= 1,
            "a large result to be sent",
        )
        submitted.set()
        subject.eventually(returned.is_set, "terminate() to return in the callback")
        subject.eventually(lambda: not workers(), "the workers to be stopped")


@clause("SHUT-27", needs=("imap", "terminate", "join", "imap_lazy", "children"))
def test_terminate_does_not_wait_for_an_input_that_blocks(subject: BoundSubject) -> None:
    """terminate() returns while the iterable of a job blocks, and no worker is left."""
    asked, released = subject.event(), subject.event()

    def endless() -> Iterator[int]:
        yield 1
        asked.set()
        released.wait()

    try:
        with subject.open() as pool:
            pool.imap(tasks.square, endless())
            subject.eventually(asked.is_set, "the second item to be asked for")
            pool.terminate()
            expect.equal(workers(), [], "the workers left")
    finally:
        released.set()


class Poison(RaisesOnLoad):
    """Raises on load, and tells when it is pickled: those before it are in a pipe then."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.pickled = threading.Event()

    def __reduce__(self) -> tuple[Any, ...]:
        self.pickled.set()
        return super().__reduce__()


@clause("SHUT-28", needs=("apply_async", "terminate", "join", "processes", "children"))
def test_terminate_does_not_load_what_it_throws_away(subject: BoundSubject) -> None:
    """terminate() returns without an error, no worker left, when queued arguments cannot load."""
    with subject.open() as pool, subject.gate() as gate:
        task = subject.recorded(gate.task)
        for number in range(2):
            pool.apply_async(task, (number,))
        subject.eventually(lambda: len(subject.history()) == 2, "both workers to be in a task")
        poison = [Poison(LookupError("cannot be loaded")) for _ in range(4)]
        for argument in poison:
            pool.apply_async(tasks.identity, (argument,))
        poison[-1].pickled.wait(_PICKLED_S)
        expect.equal(capture(pool.terminate), Value(None), "terminate():")
        pool.join()
        expect.equal(workers(), [], "the workers left")
