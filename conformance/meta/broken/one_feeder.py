"""The stdlib's own defect: an input that is slow to yield keeps every other job waiting."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("IMAP-17", "HANG", "HANG @ apply"),)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
