"""SHUT: close, terminate, join and the end."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account
from .harness.strategies import PROCESSES
from .harness.tracked import TrackedPool


@clause("SHUT-03", needs=("map_async", "close", "join"))
@given(sizes=st.lists(st.integers(0, 12), max_size=4), processes=PROCESSES)
def test_close_completes_every_task_that_was_submitted(
    subject: BoundSubject, sizes: list[int], processes: int
) -> None:
    """Every task submitted before close() runs once and its result is there after join()."""
    jobs = [[f"{job}.{index}" for index in range(size)] for job, size in enumerate(sizes)]
    task = subject.recorded(tasks.identity)

    def submit_then_close(pool: TrackedPool) -> list[list[str]]:
        handles = [pool.map_async(task, job, 1) for job in jobs]
        pool.close()
        pool.join()
        return [handle.get() for handle in handles]

    results = subject.outcome(submit_then_close, processes=processes).unwrap()
    expect.equal(results, jobs, "the results after join")
    seen = account(subject.history(), [item for job in jobs for item in job])
    expect.true(seen.exactly_once, expected="every task to run exactly once", observed=str(seen))


@clause("SHUT-01", needs=("close",))
@given(
    method=st.sampled_from(
        ["apply", "apply_async", "map", "map_async", "imap", "imap_unordered", "starmap"]
    )
)
def test_no_job_is_taken_after_close(subject: BoundSubject, method: str) -> None:
    """After close(), a method that submits a job raises ValueError."""
    subject.require(method)
    arguments = ((3,),) if method.startswith("apply") else ([(3,)],)
    with subject.open() as pool:
        pool.close()
        expect.raises(ValueError, partial(getattr(pool, method), tasks.noop, *arguments))
        pool.join()
