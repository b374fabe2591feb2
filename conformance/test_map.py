"""MAP: the results of map and starmap, and how their jobs are submitted."""

from collections.abc import Callable, Iterable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import account
from .harness.strategies import CHUNKSIZES, ITEMS, PROCESSES

PAIRS = st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), max_size=40)
SIZES = st.lists(st.integers(1, 60) | st.just(10**9), min_size=1, max_size=5)
"""Chunk sizes to try in one pool, one larger than any input among them."""

FEW = settings(max_examples=5)
"""Examples where one body tries many inputs or sizes."""


@clause("MAP-01", needs=("map",))
@given(items=ITEMS, chunksize=CHUNKSIZES, processes=PROCESSES)
def test_map_returns_the_results_in_the_order_of_the_items(
    subject: BoundSubject, items: list[int], chunksize: int | None, processes: int
) -> None:
    """map() returns one result an item, in the order of the items."""
    outcome = subject.agrees_with_stdlib(
        lambda pool: pool.map(tasks.square, items, chunksize), processes=processes
    )
    expect.equal(outcome.unwrap(), [item * item for item in items], "the results of map")


@clause("MAP-02", needs=("map", "chunksize"))
@FEW
@given(items=ITEMS, sizes=SIZES)
def test_map_returns_the_same_list_for_every_chunksize(
    subject: BoundSubject, items: list[int], sizes: list[int]
) -> None:
    """map() returns the same list whatever the chunksize."""
    expected = [item * item for item in items]
    with subject.open() as pool:
        for size in sizes:
            seen = pool.map(tasks.square, items, size)
            expect.equal(seen, expected, f"the results with chunksize {size}")


@clause("MAP-03", needs=("map",))
@FEW
@given(count=st.integers(1, 60), chunksize=CHUNKSIZES)
def test_map_calls_the_function_once_for_each_item(
    subject: BoundSubject, count: int, chunksize: int | None
) -> None:
    """map() calls the function exactly once for each item."""
    task = subject.recorded(tasks.identity)
    with subject.open() as pool:
        pool.map(task, range(count), chunksize)
    seen = account(subject.history(), range(count))
    expect.true(seen.exactly_once, expected="every item exactly once", observed=str(seen))


@clause("MAP-04", needs=("starmap", "chunksize"))
@FEW
@given(pairs=PAIRS, sizes=SIZES)
def test_starmap_unpacks_each_item(
    subject: BoundSubject, pairs: list[tuple[int, int]], sizes: list[int]
) -> None:
    """starmap() returns func(*item) for each item, in order, whatever the chunksize."""
    expected = [left + right for left, right in pairs]
    with subject.open() as pool:
        for size in (None, *sizes):
            seen = pool.starmap(tasks.add, pairs, size)
            expect.equal(seen, expected, f"the results with chunksize {size}")


@clause("MAP-05", needs=("map", "map_async"))
@FEW
@given(items=ITEMS, chunksize=CHUNKSIZES)
def test_map_async_gives_what_map_gives(
    subject: BoundSubject, items: list[int], chunksize: int | None
) -> None:
    """map_async(...).get() returns what map(...) returns."""
    with subject.open() as pool:
        seen = pool.map_async(tasks.square, items, chunksize).get()
        expect.equal(seen, pool.map(tasks.square, items, chunksize), "the results of map")


@clause("MAP-06", needs=("starmap", "starmap_async"))
@FEW
@given(pairs=PAIRS, chunksize=CHUNKSIZES)
def test_starmap_async_gives_what_starmap_gives(
    subject: BoundSubject, pairs: list[tuple[int, int]], chunksize: int | None
) -> None:
    """starmap_async(...).get() returns what starmap(...) returns."""
    with subject.open() as pool:
        seen = pool.starmap_async(tasks.add, pairs, chunksize).get()
        expect.equal(seen, pool.starmap(tasks.add, pairs, chunksize), "the results of starmap")


@clause("MAP-07", needs=("map_async", "starmap_async", "concurrent_jobs"))
@FEW
@given(count=st.integers(1, 60), chunksize=CHUNKSIZES)
def test_lists_are_submitted_before_their_tasks_have_run(
    subject: BoundSubject, count: int, chunksize: int | None
) -> None:
    """map_async and starmap_async return their handle while no task can end."""
    items = list(range(count))
    with subject.open() as pool, subject.gate() as gate:
        plain = pool.map_async(gate.task, items, chunksize)
        star = pool.starmap_async(gate.task, [(item,) for item in items], chunksize)
        expect.equal((plain.ready(), star.ready()), (False, False), "ready before")
        gate.open()
        expect.equal(plain.get(), items, "the results of map_async")
        expect.equal(star.get(), items, "the results of starmap_async")


@clause("MAP-08", needs=("map",))
@FEW
@given(chunksize=CHUNKSIZES)
def test_no_items_give_an_empty_list(subject: BoundSubject, chunksize: int | None) -> None:
    """An empty iterable gives an empty list, with and without a chunksize."""
    with subject.open() as pool:
        for method in ("map", "map_async", "starmap", "starmap_async"):
            if not subject.capabilities.has(method):
                continue
            empties: list[Iterable[int]] = [[], (), set(), iter(())]
            for empty in empties:
                seen = getattr(pool, method)(tasks.identity, empty, chunksize)
                values = seen.get() if method.endswith("async") else seen
                expect.equal(values, [], f"{method} over {type(empty).__name__}")


class Unsized:
    """An iterable with nothing but `__iter__`."""

    def __init__(self, items: Iterable[int]) -> None:
        self._items = list(items)

    def __iter__(self) -> Iterator[int]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"Unsized({self._items})"


KINDS: dict[str, Callable[[list[int]], Iterable[int]]] = {
    "generator": lambda items: (item for item in items),
    "iterator": iter,
    "tuple": tuple,
    "set": set,
    "keys": dict.fromkeys,
    "values": lambda items: dict(enumerate(items)).values(),
    "range": lambda items: range(len(items)),
    "reversed": reversed,
    "filter": lambda items: filter(None, items),
    "unsized": Unsized,
}
"""Ways to give the same items."""


@clause("MAP-09", needs=("map",))
@FEW
@given(items=ITEMS, chunksize=CHUNKSIZES)
def test_map_takes_any_finite_iterable(
    subject: BoundSubject, items: list[int], chunksize: int | None
) -> None:
    """map() accepts any finite iterable, with `__len__` or without."""
    with subject.open() as pool:
        for name, make in KINDS.items():
            seen = pool.map(tasks.square, make(items), chunksize)
            expect.equal(seen, [item * item for item in make(items)], f"map over {name}:")
