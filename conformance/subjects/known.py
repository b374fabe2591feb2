"""The pools this suite knows by name: where each comes from and what it declares.

Data only.  A name that is not here is held to the full Pool API; a name that is here but not
installed is a grey row with its pip line, never silence.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .capabilities import FULL_API, THREADS, Capabilities

PYTHON_ISSUES = "https://github.com/python/cpython/issues"
PYTHON_DOCS = "https://docs.python.org/3/library/"

FUTURES = replace(
    FULL_API,
    map_async=False,
    starmap_async=False,
    unordered_chunksize=False,
    next_timeout=False,
    imap_lazy=False,
    with_terminates=False,
    starts_at_once=False,
    pool_errors=False,
)
"""What futures carry: no handle for a whole list, the input is read to its end at once, and a
`with` block waits for what it started."""

EXECUTOR = replace(FUTURES, close=False, imap_after_error=False)
"""What the face of a `concurrent.futures.Executor` can show: it closes and joins in one call."""


@dataclass(frozen=True, kw_only=True)
class KnownSubject:
    """One row of the registry.

    Guarantees: immutable; one instance may be shared by any number of threads.
    """

    name: str
    """`MODULE:ATTR`, as on the command line."""
    distribution: str | None
    """What it is called on the package index; None for the standard library."""
    requirement: str | None
    """What pip installs, version included; None for the standard library."""
    homepage: str | None
    """Where its documentation is; None for a pool that is not published yet."""
    issues: str | None
    """Where its defects are reported; None for a pool that is not published yet."""
    capabilities: Capabilities = FULL_API
    """What it declares."""
    adapter: str | None = None
    """Module in `adapters` that gives it the Pool API, or the runtime that it needs; or None."""
    has_pool_api: bool = True
    """Whether calls of the Pool's methods mean something to it without the adapter."""

    @property
    def installed(self) -> bool:
        """Say if its top-level package can be found here.  Nothing is imported."""
        package = self.name.partition(":")[0].partition(".")[0]
        return importlib.util.find_spec(package) is not None

    @property
    def pip_line(self) -> str | None:
        """Return the command that installs it; None for the standard library."""
        return f"pip install '{self.requirement}'" if self.requirement else None


_ROWS = (
    KnownSubject(
        name="poolproof:Pool",
        distribution="poolproof",
        requirement="poolproof",
        homepage=None,
        issues=None,
    ),
    KnownSubject(
        name="multiprocessing:Pool",
        distribution=None,
        requirement=None,
        homepage=PYTHON_DOCS + "multiprocessing.html",
        issues=PYTHON_ISSUES,
    ),
    KnownSubject(
        name="multiprocessing.pool:ThreadPool",
        distribution=None,
        requirement=None,
        homepage=PYTHON_DOCS + "multiprocessing.html",
        issues=PYTHON_ISSUES,
        capabilities=THREADS,
    ),
    KnownSubject(
        name="billiard:Pool",
        distribution="billiard",
        requirement="billiard==4.3.2",
        homepage="https://billiard.readthedocs.io/",
        issues="https://github.com/celery/billiard/issues",
    ),
    KnownSubject(
        name="multiprocess:Pool",
        distribution="multiprocess",
        requirement="multiprocess==0.70.19",
        homepage="https://multiprocess.readthedocs.io/",
        issues="https://github.com/uqfoundation/multiprocess/issues",
        capabilities=replace(FULL_API, by_reference=False),
    ),
    KnownSubject(
        name="concurrent.futures:ProcessPoolExecutor",
        distribution=None,
        requirement=None,
        homepage=PYTHON_DOCS + "concurrent.futures.html",
        issues=PYTHON_ISSUES,
        adapter="process_pool_executor",
        has_pool_api=False,
        capabilities=replace(
            EXECUTOR, terminate=False, not_under={"fork": frozenset({"maxtasksperchild"})}
        ),
    ),
    KnownSubject(
        name="loky:ProcessPoolExecutor",
        distribution="loky",
        requirement="loky==3.7.0",
        homepage="https://loky.readthedocs.io/",
        issues="https://github.com/joblib/loky/issues",
        adapter="loky",
        has_pool_api=False,
        capabilities=replace(
            EXECUTOR, start_methods=("loky",), maxtasksperchild=False, by_reference=False
        ),
    ),
    KnownSubject(
        name="joblib:Parallel",
        distribution="joblib",
        requirement="joblib==1.6.0",
        homepage="https://joblib.readthedocs.io/",
        issues="https://github.com/joblib/joblib/issues",
        adapter="joblib",
        has_pool_api=False,
        capabilities=replace(
            FULL_API,
            start_methods=("loky",),
            apply_async=False,
            map_async=False,
            starmap_async=False,
            close=False,
            join=False,
            callbacks=False,
            next_timeout=False,
            imap_after_error=False,
            concurrent_jobs=False,
            with_terminates=False,
            one_worker=False,
            maxtasksperchild=False,
            by_reference=False,
            starts_at_once=False,
            pool_errors=False,
        ),
    ),
    KnownSubject(
        name="mpire:WorkerPool",
        distribution="mpire",
        requirement="mpire==2.10.2",
        homepage="https://sybrenjansen.github.io/mpire/",
        issues="https://github.com/sybrenjansen/mpire/issues",
        adapter="mpire",
        has_pool_api=False,
        capabilities=replace(
            FULL_API,
            map_async=False,
            starmap_async=False,
            close=False,
            next_timeout=False,
            imap_after_error=False,
            concurrent_jobs=False,
            maxtasksperchild=False,
            starts_at_once=False,
            pool_errors=False,
        ),
    ),
    KnownSubject(
        name="pebble:ProcessPool",
        distribution="Pebble",
        requirement="pebble==5.2.3",
        homepage="https://pebble.readthedocs.io/",
        issues="https://github.com/noxdafox/pebble/issues",
        adapter="pebble",
        has_pool_api=False,
        capabilities=FUTURES,
    ),
    KnownSubject(
        name="distributed:Client",
        distribution="distributed",
        requirement="distributed==2026.8.0",
        homepage="https://distributed.dask.org/",
        issues="https://github.com/dask/distributed/issues",
        adapter="distributed",
        has_pool_api=False,
        capabilities=replace(
            EXECUTOR,
            start_methods=("spawn", "forkserver"),
            chunksize=False,
            initializer=False,
            maxtasksperchild=False,
            by_reference=False,
        ),
    ),
    KnownSubject(
        name="ray.util.multiprocessing:Pool",
        distribution="ray",
        requirement="ray==2.60.0",
        homepage="https://docs.ray.io/en/latest/ray-more-libs/multiprocessing.html",
        issues="https://github.com/ray-project/ray/issues",
        adapter="ray",
        capabilities=replace(
            FULL_API,
            start_methods=("ray",),
            children=False,
            by_reference=False,
            pool_errors=False,
        ),
    ),
    # The stdlib's pool, with torch's reductions registered: torch's own class, in
    # torch.multiprocessing.pool, cannot be made at all (SimpleQueue() lacks its context).
    KnownSubject(
        name="torch.multiprocessing:Pool",
        distribution="torch",
        requirement="torch==2.13.0",
        homepage="https://docs.pytorch.org/docs/stable/multiprocessing.html",
        issues="https://github.com/pytorch/pytorch/issues",
    ),
)

KNOWN: Mapping[str, KnownSubject] = MappingProxyType({row.name: row for row in _ROWS})
"""Name to row, in the order in which reports show them."""
