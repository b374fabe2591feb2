"""The ways to run a task with each of some items; all return the values, in the items' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from poolproof import Pool

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
    return list(pool.imap(task, items))


def imap_unordered(pool: Pool, task: Task, items: Iterable[Any]) -> list[Any]:
    """By `imap_unordered`, of an iterator; items whose values are in order when sorted."""
    return sorted(pool.imap_unordered(task, iter(items)))


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
