"""DEATH: worker death."""

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject


@clause("DEATH-01", needs=("apply_async", "kills"))
def test_a_task_whose_worker_is_killed_ends_with_an_error(subject: BoundSubject) -> str:
    """get() raises when the worker that ran the task was killed."""
    with subject.open() as pool:
        lost = pool.apply_async(tasks.kill_self)
        return repr(expect.raises(Exception, lost.get))
