"""What one call costs: a round trip at a time, and a flood of them."""

from ._pools import FASTEST, POOLS, WarmPool
from ._work import noop


class Apply(WarmPool):
    """Single calls, waited for one by one or all together."""

    params = (POOLS, [FASTEST])
    round_trips = 200
    flood = 2000

    def time_200_round_trips(self, *_: object) -> None:
        """200 times `apply`, one after the other."""
        for _trip in range(self.round_trips):
            self.pool.apply(noop)

    def time_flood_of_2000(self, *_: object) -> None:
        """2000 times `apply_async`, then every result."""
        handles = [self.pool.apply_async(noop) for _call in range(self.flood)]
        for handle in handles:
            handle.get()
