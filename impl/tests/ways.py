"""The ways to run a task with each of some items; all return the values, in the items' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from poolproof import IMapIterator, Pool

from .patience import WAIT_S

Task = Callable[[Any], Any]
Way = Callable[[Pool, Task, Iterable[Any]], list[Any]]


def map_(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `map`, without a chunksize."""
    return pool.map_async(task, items).get(2 * WAIT_S)


def map_one_by_one(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `map`, each item a task."""
    return pool.map_async(task, items, 1).get(2 * WAIT_S)


def imap(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `imap`."""
    return list(_drawn(pool.imap(task, items)))


def imap_unordered(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `imap_unordered`, of an iterator; items whose values are in order when sorted."""
    return sorted(_drawn(pool.imap_unordered(task, iter(items))))


def _drawn(results: IMapIterator[Any]) -> Iterator[Any]:
    """Yield the results, each within its time."""
    while True:
        try:
            yield results.next(2 * WAIT_S)
        except StopIteration:
            return


def apply_all(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `apply_async`, all at once."""
    return [call.get(2 * WAIT_S) for call in [pool.apply_async(task, (item,)) for item in items]]


def apply_one_by_one(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `apply`."""
    return [pool.apply(task, (item,)) for item in items]


def call_one(call: tuple[Task, Any]) -> Any:
    """Run another task with its item."""
    task, item = call
    return task(item)
