"""Is kept alive by a list of all pools, so that nothing collects it."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("SHUT-17", "FAIL", "the workers to be stopped"),
    Caught("SHUT-18", "FAIL", "a ResourceWarning"),
)

_all: list[Any] = []


class Pool(multiprocessing.pool.Pool):
    """Registers itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _all.append(self)
