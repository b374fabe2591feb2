"""The stdlib's own defect: imap reads its input as fast as it can, whoever consumes."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("MEM-04", "FAIL", "all 400 items drawn"),
    Caught("MEM-05", "FAIL", "unexpected keyword argument 'buffersize'"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
