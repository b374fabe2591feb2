"""The stdlib's own defect: a callback that raises ends the thread that handles the results."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("CB-08", "HANG", "HANG @ apply"),
    Caught("CB-09", "HANG", "HANG @ get"),
    Caught("CB-10", "HANG", "HANG @ get"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
