"""The stdlib's own defect: it trusts the length of an input and that no input interrupts it."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("MAP-13", "FAIL", "results"),
    Caught("MAP-14", "HANG", "HANG @ map"),
    Caught("MAP-15", "HANG", "HANG @ map"),
    Caught("MAP-18", "HANG", "HANG @ map"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
