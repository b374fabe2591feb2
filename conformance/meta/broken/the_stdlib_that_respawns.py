"""The stdlib itself, unchanged: it starts workers without end, or never again, and says nothing."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("INIT-08", "HANG", "HANG @ apply"),
    Caught("INIT-09", "FAIL", "starts of a worker that fails"),
    Caught("INIT-10", "HANG", "HANG @ apply"),
    Caught("INIT-11", "FAIL", "starts of a worker that fails"),
    Caught("DIAG-03", "HANG", "HANG @ apply"),
    Caught("DIAG-10", "HANG", "HANG @ apply", "spawn"),
    Caught("DIAG-11", "HANG", "HANG @ get"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's."""
