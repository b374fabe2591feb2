"""The stdlib's own defect: workers outlive a constructor that could not start a thread."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("API-17", "FAIL", "processes left"),)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
