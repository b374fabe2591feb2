"""RES: the errors that handles raise."""

from collections.abc import Iterator
from types import TracebackType

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject

SHORT_S = 0.01
"""A timeout that has to pass."""


@clause("RES-12", needs=("apply_async",))
def test_the_timeout_error_is_no_builtin_timeouterror(subject: BoundSubject) -> str:
    """get(timeout) raises an error that `except TimeoutError` does not catch."""
    with subject.open() as pool, subject.gate() as gate:
        late = pool.apply_async(gate.task)
        error = expect.raises(subject.error("TimeoutError"), late.get, SHORT_S)
        gate.open()
        late.get()
    kinds = ", ".join(kind.__name__ for kind in type(error).__mro__)
    expect.true(
        not isinstance(error, TimeoutError),
        expected="an error that is no built-in TimeoutError",
        observed=f"one that is: {kinds}",
    )
    return kinds


@clause("RES-13", needs=("apply_async",))
def test_each_get_raises_the_very_same_exception(subject: BoundSubject) -> str:
    """Each get() of a failed job raises one exception object, whose traceback grows."""
    with subject.open() as pool:
        failed = pool.apply_async(tasks.raise_for, (1,))
        errors, lengths = [], []
        for _ in range(3):
            errors.append(expect.raises(ValueError, failed.get))
            lengths.append(len(list(_frames(errors[-1]))))
    expect.true(
        errors[0] is errors[1] is errors[2] and lengths[0] < lengths[1] < lengths[2],
        expected="one exception object with more frames at each get()",
        observed=f"{len(set(map(id, errors)))} objects with {lengths} frames",
    )
    return f"one object with {lengths} frames"


def _frames(error: BaseException) -> Iterator[TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next
