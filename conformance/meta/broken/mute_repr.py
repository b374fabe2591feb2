"""Says nothing of itself in its repr."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("API-19", "DIFFERS", "the state another once closed"),)


class Pool(multiprocessing.pool.Pool):
    """Is what every object is."""

    def __repr__(self) -> str:
        return object.__repr__(self)
