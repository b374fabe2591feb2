"""The stdlib's own defect: the task of a worker that was killed never resolves."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("DEATH-01", "HANG", "HANG @ get"),)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
