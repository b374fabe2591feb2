"""A job of each kind, for clauses that hold for all of them."""

from collections.abc import Callable, Iterable
from typing import Any

from .harness.tracked import TrackedPool

Job = Callable[[TrackedPool, Callable[[Any], Any], list[Any]], Iterable[Any]]

JOBS: dict[str, Job] = {
    "apply": lambda pool, task, items: [pool.apply(task, (item,)) for item in items],
    "apply_async": lambda pool, task, items: [
        handle.get() for handle in [pool.apply_async(task, (item,)) for item in items]
    ],
    "map": lambda pool, task, items: pool.map(task, items, 1),
    "starmap": lambda pool, task, items: pool.starmap(task, [(item,) for item in items], 1),
    "imap": lambda pool, task, items: pool.imap(task, items),
    "imap_unordered": lambda pool, task, items: pool.imap_unordered(task, items),
}
"""A job of each kind in which each item is a task: gives the results."""

CHUNKED: dict[str, tuple[str, Job]] = {
    "map without chunksize": ("map", lambda pool, task, items: pool.map(task, items)),
    "map in chunks": ("map", lambda pool, task, items: pool.map(task, items, 3)),
    "starmap in chunks": (
        "starmap",
        lambda pool, task, items: pool.starmap(task, [(item,) for item in items], 3),
    ),
    "imap in chunks": ("imap", lambda pool, task, items: pool.imap(task, items, 3)),
}
"""The method, and a job of its in which several items are a task."""
