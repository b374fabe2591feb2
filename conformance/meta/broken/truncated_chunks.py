"""The stdlib's own defect: behind an item that failed, an imap with chunks yields nothing more."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("IMAP-16", "FAIL", "and the results"),)


class Pool(multiprocessing.pool.Pool):
    """The standard library's, unchanged."""
