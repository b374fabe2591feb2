"""What a pool declares that it can do, so that no test needs to know which pool it holds.

A clause says `needs=("maxtasksperchild",)`; where a subject does not declare that, the verdict is
UNSUPPORTED, and the test body never runs.  A method that is declared but missing is a failure; one
that works though undeclared is reported.  The defaults are those of `multiprocessing.Pool`, so a
pool nobody has registered is held to the whole API.
"""

import multiprocessing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

METHODS: tuple[str, ...] = (
    "apply",
    "apply_async",
    "map",
    "map_async",
    "starmap",
    "starmap_async",
    "imap",
    "imap_unordered",
    "close",
    "join",
    "terminate",
)
"""Capabilities that are the presence of the pool method of the same name."""

STANDARD_METHODS: tuple[str, ...] = ("fork", "spawn", "forkserver")
"""Ways to start workers that `multiprocessing` has, on one system or another."""


def _start_methods_here() -> tuple[str, ...]:
    return tuple(multiprocessing.get_all_start_methods())


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What one subject declares.  Every boolean is True for the full Pool API.

    Guarantees: immutable; one instance may be shared by any number of threads.
    """

    start_methods: tuple[str, ...] = field(default_factory=_start_methods_here)
    """Ways it starts workers, its default first.  Other words than `fork`, `spawn` and
    `forkserver` are the engine's own (`thread`, `loky`, `ray`): the caller has no choice there."""

    not_under: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Start method to the capabilities that are missing under that one only."""

    apply: bool = True
    """`apply(func, args, kwds)` runs one call and returns its value."""
    apply_async: bool = True
    """`apply_async` returns a result handle with `get`, `wait`, `ready` and `successful`."""
    map: bool = True
    """`map` returns the values in the order of the items."""
    map_async: bool = True
    """`map_async` returns a result handle for the whole list."""
    starmap: bool = True
    """`starmap` unpacks each item into positional arguments."""
    starmap_async: bool = True
    """`starmap_async` returns a result handle for the whole list."""
    imap: bool = True
    """`imap` returns an iterator over the values in the order of the items."""
    imap_unordered: bool = True
    """`imap_unordered` returns an iterator over the values as they become ready."""
    close: bool = True
    """`close` refuses new jobs and lets those under way end."""
    join: bool = True
    """`join` returns when the workers have ended."""
    terminate: bool = True
    """`terminate` stops the workers without waiting for the tasks they run."""

    callbacks: bool = True
    """`callback` and `error_callback` of the asynchronous methods."""
    chunksize: bool = True
    """`chunksize` items make one task: they run one after the other in one worker."""
    unordered_chunksize: bool = True
    """`imap_unordered` takes a `chunksize` too, where there are chunks."""
    next_timeout: bool = True
    """The iterators of `imap` and `imap_unordered` have `next(timeout)`, in seconds."""
    imap_lazy: bool = True
    """`imap` yields first results before its iterable has ended, so it may be endless."""
    imap_after_error: bool = True
    """The iterator of `imap` goes on behind an item that raised (`chunksize` 1)."""
    reuse_after_error: bool = True
    """The pool takes new jobs after a task raised."""
    concurrent_jobs: bool = True
    """Several jobs may be under way at once, from one thread or from several."""
    with_terminates: bool = True
    """Leaving a `with` block stops the workers.  False: it lets the jobs under way end."""

    one_worker: bool = True
    """A pool of one worker has that worker: tasks never run in the caller."""
    initializer: bool = True
    """`initializer(*initargs)` runs in each worker before its first task."""
    maxtasksperchild: bool = True
    """A worker is replaced after that many tasks."""
    starts_at_once: bool = True
    """The constructor starts the workers.  False: the first job does."""
    pool_errors: bool = True
    """What goes wrong in a worker is told by `multiprocessing.pool`'s own `RemoteTraceback` and
    `MaybeEncodingError`, or by the engine's classes of these names."""

    processes: bool = True
    """Workers are processes of their own: memory apart, a pid apart."""
    kills: bool = True
    """A worker may be killed, or end itself, without the caller ending with it."""
    children: bool = True
    """Workers are children of the calling process, and the census can find them."""
    by_reference: bool = True
    """Functions travel by name: one that cannot be imported by the worker is refused.  False:
    the engine sends the code itself (cloudpickle, dill), or nothing has to travel."""

    def has(self, name: str, start_method: str | None = None) -> bool:
        """Say if capability `name` is there (under `start_method`, if one is given).

        Raises ValueError for a name that is no boolean capability.
        """
        if name not in NAMES:
            known = ", ".join(sorted(NAMES))
            raise ValueError(f"expected a capability, got {name!r}; capabilities are: {known}")
        declared: bool = getattr(self, name)
        return declared and name not in self.not_under.get(start_method or "", ())

    def missing(self, needs: Iterable[str], start_method: str | None = None) -> tuple[str, ...]:
        """Return those of `needs` that are not there, in the order given."""
        return tuple(name for name in needs if not self.has(name, start_method))

    def undelivered(self, pool: object) -> tuple[str, ...]:
        """Methods that are declared but that `pool` does not have."""
        return tuple(m for m in METHODS if self.has(m) and not callable(getattr(pool, m, None)))

    def undeclared(self, pool: object) -> tuple[str, ...]:
        """Methods that `pool` has though they are not declared."""
        return tuple(m for m in METHODS if not self.has(m) and callable(getattr(pool, m, None)))

    def as_record(self) -> dict[str, object]:
        """Return a JSON-ready dictionary, one key a field."""
        record: dict[str, object] = {f.name: getattr(self, f.name) for f in fields(self)}
        record["start_methods"] = list(self.start_methods)
        record["not_under"] = {m: sorted(names) for m, names in self.not_under.items()}
        return record


NAMES: frozenset[str] = frozenset(f.name for f in fields(Capabilities) if f.type is bool)
"""Every boolean capability: what `needs` of a clause may hold."""

FULL_API = Capabilities()
"""What `multiprocessing.Pool` can do, and what a subject nobody registered is held to."""

THREADS = Capabilities(
    start_methods=("thread",),
    maxtasksperchild=False,
    processes=False,
    kills=False,
    children=False,
    by_reference=False,
    pool_errors=False,
)
"""`multiprocessing.pool.ThreadPool` and its subclasses."""
