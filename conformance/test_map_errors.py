"""MAP: inputs that raise or lie, and items that fail."""

import contextlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import CHUNKSIZES, ERRORS

FEW = settings(max_examples=6)
"""Examples where the place of a fault matters, and little else."""

WITHIN = st.integers(0, 8)
"""A place in an input."""


class Interruption(BaseException):
    """What is no Exception: nobody's `except Exception` stops it."""


class Input:
    """Yields 0, 1, ... up to `count`, then raises `error` if there is one; has no length."""

    def __init__(self, count: int, error: BaseException | None = None) -> None:
        self._count = count
        self._error = error

    def __iter__(self) -> Iterator[int]:
        yield from range(self._count)
        if self._error is not None:
            raise self._error

    def __repr__(self) -> str:
        return f"Input({self._count}, {self._error!r})"


class SizedInput(Input):
    """The same with a length, which need not be true."""

    def __init__(self, count: int, error: BaseException | None = None, length: int = 0) -> None:
        super().__init__(count, error)
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"SizedInput({self._count}, {self._error!r}, {self._length})"


@clause("MAP-10", needs=("map",))
@FEW
@given(count=WITHIN, error=ERRORS, chunksize=CHUNKSIZES)
def test_map_raises_what_its_iterable_raised(
    subject: BoundSubject, count: int, error: Exception, chunksize: int | None
) -> None:
    """map() raises what its iterable raised: without a length anywhere, with one at its end."""
    with subject.open() as pool:
        for items in (Input(count, error), SizedInput(count, error, length=count + 1)):
            seen = expect.raises(type(error), pool.map, tasks.square, items, chunksize)
            expect.equal(seen, error, f"the error of {type(items).__name__}")


@clause("MAP-11", needs=("map",))
@FEW
@given(count=WITHIN, chunksize=CHUNKSIZES)
def test_a_pool_is_usable_after_an_iterable_raised(
    subject: BoundSubject, count: int, chunksize: int | None
) -> None:
    """After the iterable of a map raised, the next map gives its results."""
    error = ValueError("the input")
    with subject.open() as pool:
        for items in (Input(count, error), SizedInput(count, error, length=count + 1)):
            with contextlib.suppress(ValueError), expect.may_raise(ValueError):
                pool.map(tasks.square, items, chunksize)
            seen = pool.map(tasks.square, range(5), chunksize)
            expect.equal(seen, [0, 1, 4, 9, 16], "the results of the next map")


@clause("MAP-12", needs=("map", "chunksize", "reuse_after_error"))
@FEW
@given(before=st.integers(0, 2), after=st.integers(1, 3))
def test_map_raises_after_every_task_has_ended(
    subject: BoundSubject, before: int, after: int
) -> None:
    """When map() raises the error of an item, every task of the job has ended."""
    slow = partial(tasks.sleep_s, 0.05)
    items = [*([slow] * before), partial(tasks.raise_for, "bad"), *([slow] * after)]
    with subject.open() as pool:
        expect.raises(ValueError, pool.map, subject.recorded(tasks.call), items, 1)
        ended = [event.ended for event in subject.history()]
    expect.equal(
        sorted(ended), ["done"] * (len(items) - 1) + ["raised"], "the tasks when map raised:"
    )


@clause("MAP-13", needs=("map",))
@given(count=WITHIN, length=st.integers(0, 12), chunksize=st.none() | st.integers(1, 4))
def test_map_counts_the_items_and_does_not_trust_their_number(
    subject: BoundSubject, count: int, length: int, chunksize: int | None
) -> None:
    """map() gives one result for each item that was yielded, whatever `len` says."""
    with subject.open() as pool:
        seen = pool.map(tasks.square, SizedInput(count, length=length), chunksize)
    expect.equal(seen, [item * item for item in range(count)], f"{count} results")


@clause("MAP-14", needs=("map",))
@FEW
@given(count=st.integers(0, 3), kind=st.sampled_from([Interruption, SystemExit, GeneratorExit]))
def test_map_raises_what_no_exception_clause_stops(
    subject: BoundSubject, count: int, kind: type[BaseException]
) -> None:
    """map() raises a BaseException that its iterable raised."""
    with subject.open() as pool:
        for items in _inputs(count, kind("the input")):
            seen = expect.raises(kind, pool.map, tasks.square, items)
            expect.equal(seen, kind("the input"), "the error of the input")


@clause("MAP-15", needs=("map", "imap"))
@FEW
@given(count=st.integers(0, 3), method=st.sampled_from(["map_async", "starmap_async", "imap"]))
def test_a_pool_is_usable_after_an_iterable_was_interrupted(
    subject: BoundSubject, count: int, method: str
) -> None:
    """After the iterable of a job raised a BaseException, the next map gives its results."""
    subject.require(method)
    with subject.open() as pool:
        for items in _inputs(count, Interruption("the input")):
            with contextlib.suppress(Interruption), expect.may_raise(Interruption):
                getattr(pool, method)(tasks.identity, _wrapped(method, items))
            expect.equal(pool.map(tasks.square, [2, 3]), [4, 9], "the results of the next map")


def _inputs(count: int, error: BaseException) -> tuple[Input, Input]:
    return Input(count, error), SizedInput(count, error, length=count + 1)


def _wrapped(method: str, items: Input) -> Iterable[Any]:
    """Make each item a tuple for starmap; its length, if there is one, goes."""
    return ((item,) for item in items) if method.startswith("star") else items


@clause("MAP-16", needs=("map_async", "apply", "chunksize", "concurrent_jobs"))
def test_map_raises_the_error_that_arrived_first(subject: BoundSubject) -> str:
    """Of several errors, map() raises the one that arrived first, not that of the first item."""
    with subject.open(2) as pool, subject.gate() as gate:
        late = partial(tasks.raise_after, partial(gate.task), ValueError("the first item"))
        soon = partial(tasks.raise_for, "the second item")
        handle = pool.map_async(subject.recorded(tasks.call), [late, soon], 1)
        subject.eventually(
            lambda: any(event.ended == "raised" for event in subject.history()), "the error"
        )
        pool.apply(tasks.noop)  # by the worker that raised: its error is there before this result
        gate.open()
        seen = str(expect.raises(ValueError, handle.get))
    expect.equal(seen, "the second item", "the error raised:")
    return seen


@clause("MAP-17", needs=("map", "chunksize"))
def test_map_leaves_the_rest_of_a_chunk_when_an_item_fails(subject: BoundSubject) -> str:
    """The items that follow a failing item in its chunk are not run."""
    task = subject.recorded(partial(tasks.fail_at, 1, partial(tasks.raise_for, 1)))
    with subject.open() as pool:
        expect.raises(ValueError, pool.map, task, range(4), 4)
    ran = sorted(event.item for event in subject.history())
    expect.equal(ran, ["0", "1"], "the items run of a chunk whose item 1 failed:")
    return f"ran {', '.join(ran)} of 4"


@clause("MAP-18", needs=("map",))
@FEW
@given(count=WITHIN, more=st.integers(2, 9), chunksize=st.integers(1, 2))
def test_map_raises_what_its_iterable_raised_early(
    subject: BoundSubject, count: int, more: int, chunksize: int
) -> None:
    """map() raises what an iterable with a length raised long before its end."""
    error = ValueError("the input")
    items = SizedInput(count, error, length=count + more * chunksize)
    with subject.open() as pool:
        seen = expect.raises(ValueError, pool.map, tasks.square, items, chunksize)
    expect.equal(seen, error, "the error of the input")
