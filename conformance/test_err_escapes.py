"""ERR: exceptions that mean something else to the interpreter, raised by a task."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import CHUNKSIZES
from .harness.tracked import TrackedPool

_EXITS = (
    SystemExit(3),
    KeyboardInterrupt("now"),
    GeneratorExit(),
    BaseExceptionGroup("g", [SystemExit(4)]),
)


@clause("ERR-09", needs=("apply_async", "reuse_after_error"))
def test_get_raises_a_base_exception_of_a_task(subject: BoundSubject) -> None:
    """get() raises SystemExit, KeyboardInterrupt and their like when the task raised them."""
    with subject.open() as pool:
        for error in _EXITS:
            handle = pool.apply_async(tasks.raise_error, (error,))
            seen = expect.raises((type(error),), handle.get)
            expect.equal(str(seen), str(error), "the text of the error")


@clause("ERR-10", needs=("map",))
@given(count=st.integers(1, 12), bad=st.integers(0, 11), chunksize=CHUNKSIZES)
def test_stopiteration_fails_its_item(
    subject: BoundSubject, count: int, bad: int, chunksize: int | None
) -> None:
    """map() raises an error when a task raised StopIteration."""
    task = partial(tasks.fail_at, bad % count, partial(tasks.raise_error, StopIteration()))
    with subject.open() as pool:
        expect.raises(Exception, pool.map, task, range(count), chunksize)


@clause("ERR-11", needs=("imap", "imap_unordered", "imap_after_error", "reuse_after_error"))
@given(count=st.integers(1, 8), bad=st.integers(0, 7))
def test_imap_does_not_end_at_a_stopiteration(subject: BoundSubject, count: int, bad: int) -> None:
    """The iterators of imap() and imap_unordered() give every item its turn."""
    bad %= count
    task = partial(tasks.fail_at, bad, partial(tasks.raise_error, StopIteration()))
    with subject.open() as pool:
        for method in ("imap", "imap_unordered"):
            values, errors = _drained(pool, method, task, count)
            good = [item for item in range(count) if item != bad]
            expect.equal(expect.ordered(values), good, f"as what {method} gives:")
            expect.equal(errors, 1, f"as the number of errors of {method}:")


def _drained(pool: TrackedPool, method: str, task: object, count: int) -> tuple[list[int], int]:
    """Read the iterator to its end, as a `for` loop that goes on after errors."""
    values, errors = [], 0
    results = iter(getattr(pool, method)(task, range(count)))
    while True:
        try:
            values.append(next(results))
        except StopIteration:
            return values, errors
        except Exception:  # noqa: BLE001 - of whatever type: the item had an error
            errors += 1
