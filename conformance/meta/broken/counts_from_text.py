"""Takes a count of workers that is text for the number that it spells."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-18", "DIFFERS", "TypeError to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Reads its configuration itself."""

    def __init__(self, processes: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if processes is None else int(processes), *args, **kwargs)
