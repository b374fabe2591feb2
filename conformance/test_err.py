"""ERR: errors and tracebacks."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.outcome import Error
from .harness.strategies import CHUNKSIZES, ERRORS, PROCESSES


@clause("ERR-01", needs=("apply", "apply_async"))
@given(error=ERRORS)
def test_get_and_apply_raise_what_the_task_raised(subject: BoundSubject, error: Exception) -> None:
    """get() and apply() raise an exception of the type and with the arguments the task raised."""
    with subject.open() as pool:
        for call in (
            partial(pool.apply, tasks.raise_error, (error,)),
            pool.apply_async(tasks.raise_error, (error,)).get,
        ):
            expect.equal(expect.raises(type(error), call), error, "the task's error")


@clause("ERR-02", needs=("map",))
@given(
    before=st.lists(st.integers(0, 9), max_size=12),
    after=st.lists(st.integers(0, 10), max_size=12),
    chunksize=CHUNKSIZES,
    processes=PROCESSES,
)
def test_map_raises_the_error_of_an_item_that_failed(
    subject: BoundSubject,
    before: list[int],
    after: list[int],
    chunksize: int | None,
    processes: int,
) -> None:
    """map() raises the error of an item that failed, wherever in the input it stands."""
    bad = 10
    task = partial(tasks.fail_at, bad, partial(tasks.raise_for, bad))
    outcome = subject.agrees_with_stdlib(
        lambda pool: pool.map(task, [*before, bad, *after], chunksize), processes=processes
    )
    expect.equal(outcome, Error("ValueError", (bad,)), "the error of the item")
