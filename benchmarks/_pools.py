"""The two pools that asv times, and what all its benchmarks have in common.

asv's environments hold the poolproof wheel and nothing else, so this file imports neither
`conformance` nor a peer.
"""

import multiprocessing
from multiprocessing.pool import Pool as StdlibPool
from typing import Any, ClassVar

from ._work import noop

WORKERS = 2
# A pool whose workers cannot even import their task fails here, with a traceback, not at asv's
# limit.
READY_TIMEOUT_S = 20.0

REFERENCE, CONTROL = "poolproof:Pool", "multiprocessing:Pool"
POOLS = [REFERENCE, CONTROL]
START_METHODS = [
    m for m in ("fork", "spawn", "forkserver") if m in multiprocessing.get_all_start_methods()
]
FASTEST = START_METHODS[
    0
]  # where a steady state is timed: how the workers were started no longer matters there


def pool_class(name: str) -> Any:
    """Find a pool's class.

    Raises: NotImplementedError, which asv shows as n/a, where this commit has no reference pool.
    """
    if name == CONTROL:
        return StdlibPool
    try:
        from poolproof import Pool  # noqa: PLC0415 - late: an older commit may lack it
    except ImportError as error:
        raise NotImplementedError(str(error)) from error
    return Pool


def open_pool(name: str, start_method: str) -> StdlibPool:
    """Open a pool of `WORKERS` workers; raises as `pool_class` does."""
    pool: StdlibPool = pool_class(name)(WORKERS, context=multiprocessing.get_context(start_method))
    return pool


def warm(pool: StdlibPool) -> None:
    """Wait until the pool has answered; raise multiprocessing.TimeoutError rather than hang."""
    pool.map_async(noop, range(4 * WORKERS), 1).get(READY_TIMEOUT_S)


class Timed:
    """How every benchmark is sampled.

    asv runs `setup` and `teardown` round each timed call, so each sample has a pool of its own:
    samples are independent, and no pool sits idle beside the one that is timed.
    """

    number = 1
    warmup_time = 0.001  # seconds: exactly one untimed call (asv runs one, then looks at the clock)
    repeat = (5, 15, 2.0)  # at least, at most, seconds
    rounds = 2  # interpreters, one after the other: a lucky memory layout counts once
    timeout = 60.0  # seconds a round
    params: ClassVar[tuple[list[Any], ...]] = (POOLS, START_METHODS)
    param_names: ClassVar[list[str]] = ["pool", "start_method"]


class WarmPool(Timed):
    """A benchmark that finds its pool open and warm."""

    pool: StdlibPool

    def setup(self, pool: str, start_method: str, *_: object) -> None:
        """Open the pool of this sample."""
        self.pool = open_pool(pool, start_method)
        warm(self.pool)

    def teardown(self, *_: object) -> None:
        """Leave no worker to the next sample; nothing to do where setup found no pool."""
        if hasattr(self, "pool"):
            self.pool.terminate()
            self.pool.join()
