"""SHUT: pools that nobody closes, and the end of the program."""

import gc
import sys
import warnings

from .clauses import clause
from .faults.killed_worker import kill
from .harness import expect, program
from .harness.bound import BoundSubject
from .harness.workers import all_gone, at_rest, idle_workers, workers

UNCLOSED = """
if __name__ == "__main__":
    pool = Pool(2)
    print(pool.map(tasks.square, range(3)))
    unread = pool.map_async(tasks.square, range(50), 1)
    sys.exit(7)
"""
LOST_IDLE = """
import sys
if __name__ == "__main__":
    pool = Pool(2)
    print(pool.map(tasks.square, range(3)), flush=True)
    sys.stdin.readline()
    sys.exit(7)
"""
AT_EXIT = """
import atexit, sys
def late():
    try:
        pool = Pool(1)
        print(pool.map(tasks.square, range(3)), flush=True)
        pool.terminate()
    except RuntimeError as error:
        print(type(error).__name__, flush=True)
if __name__ == "__main__":
    import multiprocessing.util
    atexit.register(late)
"""
WORKED, REFUSED = "[0, 1, 4]\n", "RuntimeError\n"


@clause("SHUT-17", needs=("apply_async", "children"))
def test_the_workers_of_a_collected_pool_are_stopped(subject: BoundSubject) -> None:
    """When a pool object is garbage collected, its workers are stopped."""
    pool = subject.open()
    abandoned = idle_workers(subject, pool, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        subject.no_script("the pool object is dropped")
        del pool
        gc.collect()
        subject.eventually(lambda: all_gone(abandoned), "the workers to be stopped")


@clause("SHUT-18", needs=("children",))
def test_a_running_pool_that_is_collected_warns(subject: BoundSubject) -> None:
    """A running pool that is garbage collected emits a ResourceWarning."""
    pool = subject.open()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        subject.no_script("the pool object is dropped")
        del pool
        gc.collect()
    kinds = [warning.category.__name__ for warning in caught]
    expect.true("ResourceWarning" in kinds, expected="a ResourceWarning", observed=f"{kinds}")


@clause("SHUT-19", needs=("map_async", "imap"))
def test_a_result_handle_keeps_its_job_alive(subject: BoundSubject) -> None:
    """A job ends with its result when its handle is all that is held of the pool."""
    with warnings.catch_warnings(), subject.gate() as gate:
        warnings.simplefilter("ignore", ResourceWarning)
        handle = subject.open(1).map_async(gate.task, range(4))
        iterator = subject.open(1).imap(gate.task, range(4))
        gc.collect()
        gate.open()
        expect.equal(handle.get(), [0, 1, 2, 3], "the result of map_async")
        expect.equal(list(iterator), [0, 1, 2, 3], "the results of imap")
        del handle, iterator
        gc.collect()


@clause("SHUT-20", needs=("map_async", "processes"))
def test_a_program_exits_without_closing_its_pool(subject: BoundSubject) -> None:
    """A program that ends without closing its pool exits, with its own exit code."""
    ended = program.run(subject, UNCLOSED)
    expect.equal(ended.code, 7, "the program's exit code")
    expect.equal(ended.output, "[0, 1, 4]\n", "the program's output")


@clause("SHUT-29", needs=("map", "processes", "kills", "children"))
def test_a_program_that_lost_idle_workers_exits(subject: BoundSubject) -> None:
    """A program whose pool lost its idle workers exits, without having closed the pool."""
    with program.start(subject, LOST_IDLE) as started:
        with subject.phase("the program's first results"):
            expect.equal(program.line(started), "[0, 1, 4]", "the program's output")
        idle = workers(started.pid)
        subject.eventually(at_rest(idle), "its workers to wait for a task")
        kill(subject, idle, "the idle workers")
        ended = program.finish(subject, started)
    expect.equal(ended.code, 7, "the program's exit code")


@clause("SHUT-30", needs=("map", "processes", "terminate"))
def test_a_pool_made_at_exit_does_as_the_version_has_it(subject: BoundSubject) -> str:
    """A pool made in an atexit handler works, but for 3.12, which starts no thread any more."""
    ended = program.run(subject, AT_EXIT)
    expected = REFUSED if sys.version_info[:2] == (3, 12) else WORKED
    expect.equal(ended.output, expected, "the program's output")
    return ended.output
