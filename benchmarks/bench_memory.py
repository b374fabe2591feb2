"""How much memory the calling process needs for many small items."""

from collections import deque
from typing import ClassVar

from ._pools import FASTEST, POOLS, WarmPool
from ._work import noop


class Memory(WarmPool):
    """The peak of the caller's resident memory, its interpreter included.

    asv takes it once a fresh process, so that no benchmark inherits another's peak.
    """

    params = (POOLS, [FASTEST], ["map", "imap", "apply_async"])
    param_names: ClassVar[list[str]] = ["pool", "start_method", "call"]
    items = 100_000

    def peakmem_100_000_noops(self, _pool: str, _start_method: str, call: str) -> None:
        """Every result of 100 000 no-ops, read as the call gives them."""
        if call == "map":
            self.pool.map(noop, range(self.items))
        elif call == "imap":
            deque(self.pool.imap(noop, range(self.items)), maxlen=0)
        else:
            for handle in [self.pool.apply_async(noop) for _ in range(self.items)]:
                handle.get()
