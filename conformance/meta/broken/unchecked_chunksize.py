"""The stdlib's own defect: a chunk size is used before it is looked at."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("CHUNK-04", "FAIL", "[None, None]"),
    Caught("CHUNK-05", "FAIL", "[None, None]"),
    Caught("CHUNK-06", "HANG", "HANG @ map"),
    Caught("CHUNK-07", "HANG", "HANG @ join"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
