"""How many no-ops a second go through `map`, `imap` and `imap_unordered`."""

from collections import deque
from typing import ClassVar

from ._pools import FASTEST, POOLS, START_METHODS, WarmPool
from ._work import noop


class Map(WarmPool):
    """`map` over chunk sizes and start methods; chunksize None leaves the choice to the pool."""

    params = (POOLS, START_METHODS, [1, 32, None])
    param_names: ClassVar[list[str]] = ["pool", "start_method", "chunksize"]
    items = 2000

    def time_map_2000_noops(self, _pool: str, _start_method: str, chunksize: int | None) -> None:
        """One `map` of 2000 no-ops."""
        self.pool.map(noop, range(self.items), chunksize)


class ShortMap(WarmPool):
    """A map that is over before a pool could learn from it what its items cost."""

    params = (POOLS, [FASTEST])

    def time_map_64_noops(self, *_: object) -> None:
        """One `map` of 64 no-ops."""
        self.pool.map(noop, range(64))


class IMap(WarmPool):
    """The iterators at their default chunk size of one."""

    params = (POOLS, [FASTEST])
    items = 2000

    def time_imap_2000_noops(self, *_: object) -> None:
        """Read 2000 results in order."""
        deque(self.pool.imap(noop, range(self.items)), maxlen=0)

    def time_imap_unordered_2000_noops(self, *_: object) -> None:
        """Read 2000 results as they come."""
        deque(self.pool.imap_unordered(noop, range(self.items)), maxlen=0)
