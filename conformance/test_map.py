"""MAP: map and starmap."""

from hypothesis import given

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import CHUNKSIZES, ITEMS, PROCESSES


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
