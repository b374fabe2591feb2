"""The stdlib itself, unchanged: what fails to travel, or raises the wrong thing, costs the pool."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("ERR-09", "HANG", "HANG @ get"),
    Caught("ERR-10", "FAIL", "Exception to be raised"),
    Caught("ERR-11", "FAIL", "imap"),
    Caught("PICKLE-10", "HANG", "HANG @ get"),
    Caught("PICKLE-11", "HANG", "HANG @ get"),
    Caught("PICKLE-12", "HANG", "HANG @ get"),
    Caught("PICKLE-13", "HANG", "HANG @ get"),
    Caught("PICKLE-14", "HANG", "HANG @ get"),
    Caught("PICKLE-15", "HANG", "HANG @ get"),
    Caught("PICKLE-16", "HANG", "HANG @ apply"),
    Caught("PICKLE-17", "HANG", "HANG @ apply"),
    Caught("DIAG-01", "HANG", "HANG @ get"),
    Caught("DIAG-02", "HANG", "HANG @ apply"),
    Caught("DIAG-04", "HANG", "HANG @ apply"),
    Caught("DIAG-05", "HANG", "HANG @ apply"),
    Caught("DIAG-06", "HANG", "HANG @ apply"),
    Caught("DIAG-07", "HANG", "HANG @ apply"),
    Caught("DIAG-08", "FAIL", "RuntimeError to be raised"),
    Caught("DIAG-09", "HANG", "HANG @ get"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's."""
