"""LIFE: workers that cannot be started."""

from . import tasks
from .clauses import clause
from .faults.failing_start import failing_start
from .harness import expect, program
from .harness.bound import BoundSubject
from .harness.expect import Skip
from .harness.outcome import Error, capture

ENOUGH = 24
"""Starts that are still a bounded number, for a pool of two workers."""
UNGUARDED = """
with open({starts!r}, "ab") as starts:
    starts.write(b".")
pool = Pool(2)
print(pool.map(tasks.square, range(3)))
"""


@clause("LIFE-07", needs=("map", "apply_async", "maxtasksperchild", "starts_at_once"))
def test_a_failed_start_of_a_replacement_is_tried_again(subject: BoundSubject) -> None:
    """A pool that could not start a replacement worker for a moment does its next jobs."""
    with subject.open(maxtasksperchild=1) as pool:
        with failing_start(subject, 0) as fault:
            subject.no_script("no process can be started")
            pool.map(tasks.noop, range(2), 1)
            subject.eventually(lambda: fault.times, "the start of a replacement")
        subject.no_script("processes can be started again")
        handles = [pool.apply_async(tasks.square, (item,)) for item in range(4)]
        expect.equal([handle.get() for handle in handles], [0, 1, 4, 9], "the results")


@clause("LIFE-08", needs=("apply_async", "maxtasksperchild", "starts_at_once"))
def test_a_pool_that_can_start_no_worker_ends_its_jobs(subject: BoundSubject) -> str:
    """The jobs of a pool that has no worker and gets none end with an error."""
    with subject.open(maxtasksperchild=1) as pool, failing_start(subject, 0):
        subject.no_script("from here on no process can be started")
        handles = [pool.apply_async(tasks.square, (item,)) for item in range(4)]
        errors = [end for h in handles if isinstance(end := capture(h.get), Error)]
    expect.true(errors, expected="an error for what nobody could run", observed="no error")
    return str(errors[0])


@clause("LIFE-09", needs=("map", "processes"))
def test_a_program_without_a_main_guard_ends_with_an_error(subject: BoundSubject) -> str:
    """A program whose workers fail when they import it ends, and not with the exit code 0."""
    if subject.start_method not in ("spawn", "forkserver"):
        raise Skip("about spawn and forkserver: elsewhere nothing imports the program")
    starts = subject.folder / "starts"
    starts.touch()
    with program.start(subject, UNGUARDED.format(starts=str(starts))) as started:
        subject.eventually(
            lambda: started.poll() is not None or starts.stat().st_size > ENOUGH,
            "the program's end",
        )
        if started.poll() is None:
            expect.never(f"more than {ENOUGH} workers were started, one after the other")
        ended = program.finish(subject, started)
    expect.true(ended.code != 0, expected="an exit code that is not 0", observed="exit code 0")
    return ended.errors.strip().rpartition("\n")[2]
