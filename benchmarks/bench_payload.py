"""What large arguments and results cost."""

from typing import ClassVar

from ._pools import FASTEST, POOLS, WarmPool
from ._work import echo

MIB = 1 << 20


class Payload(WarmPool):
    """64 MiB there and back, in items of 1 or 16 MiB of bytes."""

    params = (POOLS, [FASTEST], [1, 16])
    param_names: ClassVar[list[str]] = ["pool", "start_method", "item_MiB"]
    total_mib = 64

    def setup(self, pool: str, start_method: str, item_mib: int) -> None:  # type: ignore[override]
        """Make the items: distinct, or pickle would send the second as a reference to the first."""
        super().setup(pool, start_method)
        self.items = [bytes([n]) * (item_mib * MIB) for n in range(self.total_mib // item_mib)]

    def time_echo_64_mib(self, *_: object) -> None:
        """Echo every item, one a task."""
        self.pool.map(echo, self.items, 1)
