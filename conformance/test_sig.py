"""SIG: Ctrl-C, and signals that workers get or do not get."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from . import tasks
from .clauses import clause
from .faults.deaf_to_sigterm import deaf
from .faults.interrupted import ctrl_c_once, interrupt, interruptible
from .faults.stopped_worker import stopped
from .harness import expect
from .harness.bound import BoundSubject
from .harness.expect import Skip
from .harness.outcome import capture
from .harness.signals import handled
from .harness.tracked import TrackedPool
from .harness.workers import busy_workers, idle_workers, workers

_SEVERAL = {"fork": 4}  # workers; where starting one costs an interpreter, two
ROUNDS = 3
"""Times that Ctrl-C is pressed while the workers are idle."""
_SOON_S = 0.05  # until a signal comes: the main thread is in get() by then


@clause("SIG-01", needs=("map", "children"))
def test_ctrl_c_during_a_map_raises_in_the_parent(subject: BoundSubject) -> None:
    """SIGINT to the process group during a map() raises KeyboardInterrupt in the parent."""
    with interruptible(), subject.open() as pool, subject.gate() as gate:
        task = subject.recorded(gate.task)
        started = "both tasks started"
        with ctrl_c_once(
            subject, lambda: len(busy_workers(subject)) == 2, started, until_felt=True
        ):
            expect.raises(KeyboardInterrupt, pool.map, task, range(2), 1)


@clause("SIG-03", needs=("apply_async", "children", "kills"))
def test_an_interrupted_task_ends(subject: BoundSubject) -> str:
    """A task whose worker got SIGINT ends with its result or with an error."""
    with interruptible(), subject.open() as pool, subject.gate() as gate:
        task = subject.recorded(gate.task)
        handles = [pool.apply_async(task, (number,)) for number in range(2)]
        subject.eventually(lambda: len(busy_workers(subject)) == 2, "both tasks to start")
        interrupt(subject, workers(), "the busy workers")
        gate.open()
        return str([_end(partial(handle.get)) for handle in handles])


def _end(get: partial[object]) -> str:
    try:
        return str(capture(get))
    except KeyboardInterrupt as error:
        return repr(error)


@clause("SIG-04", needs=("apply_async", "children", "kills", "reuse_after_error"))
def test_a_pool_is_usable_after_ctrl_c_reached_its_idle_workers(subject: BoundSubject) -> None:
    """A pool does its jobs after SIGINT was sent, several times, to all its idle workers."""
    count = _SEVERAL.get(subject.start_method, 2)
    with interruptible(), subject.open(count) as pool:
        idle = idle_workers(subject, pool, count)
        for _ in range(ROUNDS):
            interrupt(subject, idle, "the idle workers")
            _is_usable(pool)
            idle = workers()


def _is_usable(pool: TrackedPool) -> None:
    handles = [pool.apply_async(tasks.square, (item,)) for item in range(4)]
    expect.equal([handle.get() for handle in handles], [0, 1, 4, 9], "the results")


@clause("SIG-05", needs=("apply_async", "children", "kills", "with_terminates"))
def test_an_interrupted_with_block_is_left(subject: BoundSubject) -> None:
    """Ctrl-C leaves a with block in which some workers are idle and others busy."""

    def work() -> None:
        with subject.open(count) as pool:
            idle_workers(subject, pool, count)
            held = pool.apply_async(subject.recorded(gate.task), ("held",))
            started = "a task started"
            with ctrl_c_once(subject, lambda: busy_workers(subject), started, until_felt=True):
                held.get()

    count = _SEVERAL.get(subject.start_method, 2)
    with interruptible(), subject.gate() as gate:
        expect.raises(KeyboardInterrupt, work)
        subject.eventually(lambda: not workers(), "the workers to be stopped")


@clause("SIG-06", needs=("apply_async", "terminate", "join", "children", "kills"))
def test_terminate_stops_a_worker_that_ignores_sigterm(subject: BoundSubject) -> None:
    """terminate() and join() return, no worker left, while a task ignores SIGTERM."""
    with subject.open() as pool, subject.gate() as gate:
        pool.apply_async(deaf, (subject.recorded(gate.task), "deaf"))
        subject.eventually(subject.history, "the task to ignore SIGTERM")
        _ends(pool)


@clause("SIG-07", needs=("apply_async", "terminate", "join", "children", "kills"))
def test_terminate_stops_workers_that_inherited_a_handler(subject: BoundSubject) -> None:
    """terminate() and join() return, no worker left, under a SIGTERM handler of the parent's."""
    if subject.start_method != "fork":
        raise Skip("only forked workers inherit a handler")
    subject.no_script("the parent has a SIGTERM handler that does nothing")
    with (
        handled(signal.SIGTERM, lambda _signum, _frame: None),
        subject.open() as pool,
        subject.gate() as gate,
    ):
        pool.apply_async(subject.recorded(gate.task), ("held",))
        subject.eventually(subject.history, "the task to start")
        _ends(pool)


@clause("SIG-08", needs=("apply_async", "terminate", "join", "children", "kills"))
def test_terminate_stops_a_worker_that_is_stopped(subject: BoundSubject) -> None:
    """terminate() and join() return, no worker left, while a worker is stopped by SIGSTOP."""
    with subject.open() as pool, stopped(subject, idle_workers(subject, pool, 2)[0]):
        _ends(pool)


def _ends(pool: TrackedPool) -> None:
    pool.terminate()
    pool.join()
    expect.equal(workers(), [], "the workers left")


@clause("SIG-09", needs=("apply_async", "terminate", "close", "join"))
def test_get_ends_when_a_signal_handler_ends_the_pool(subject: BoundSubject) -> None:
    """A get() in the main thread ends when a signal handler closes or terminates the pool."""
    for ending in ("close", "terminate"):
        with subject.gate() as gate, subject.open() as pool:
            held = pool.apply_async(gate.task)
            subject.no_script(
                f"a handler of SIGALRM calls {ending}(), during the get() that follows"
            )
            with _alarm(getattr(pool, ending), gate.open):
                capture(held.get)


@clause("SIG-16", needs=("apply",))
def test_a_signal_handler_may_wait_for_a_thread_that_uses_the_pool(subject: BoundSubject) -> None:
    """A signal handler that interrupts apply() may wait for a thread that calls apply()."""
    seen = []

    def call_in_a_thread() -> None:
        thread = threading.Thread(target=lambda: seen.append(pool.apply(tasks.square, (3,))))
        thread.start()
        thread.join()

    with subject.open(1) as pool, subject.gate() as gate:
        expect.equal(pool.apply(tasks.square, (2,)), 4, "the result")
        subject.no_script(
            "a handler of SIGALRM waits for a thread, during the apply() that follows"
        )
        with _alarm(gate.open, call_in_a_thread):
            expect.equal(pool.apply(gate.task, ("held",)), "held", "the interrupted result")
    expect.equal(seen, [9], "what the thread got")


@contextmanager
def _alarm(*calls: Callable[[], object]) -> Iterator[None]:
    """Make the calls from a signal handler, soon."""

    def handler(_signum: int, _frame: object) -> None:
        for call in calls:
            call()

    with handled(signal.SIGALRM, handler):
        signal.setitimer(signal.ITIMER_REAL, _SOON_S)
        yield
