"""RES: result handles and timeouts."""

from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject


@clause("RES-12", needs=("apply_async",))
def test_the_timeout_error_is_no_builtin_timeouterror(subject: BoundSubject) -> str:
    """get(timeout) raises an error that `except TimeoutError` does not catch."""
    with subject.open() as pool, subject.gate() as gate:
        late = pool.apply_async(gate.task)
        error = expect.raises(subject.error("TimeoutError"), late.get, 0.01)
    kinds = ", ".join(kind.__name__ for kind in type(error).__mro__)
    expect.true(
        not isinstance(error, TimeoutError),
        expected="an error that is no built-in TimeoutError",
        observed=f"one that is: {kinds}",
    )
    return kinds
