"""The stdlib itself, unchanged: its end waits for what may never come."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("SHUT-21", "HANG", "HANG @ get"),
    Caught("SHUT-22", "HANG", "HANG @ iterate"),
    Caught("SHUT-23", "HANG", "HANG @ the waiting threads to wake"),
    Caught("SHUT-25", "FAIL", "AssertionError"),
    Caught("SHUT-26", "FAIL", "terminate() to return in the callback"),
    Caught("SHUT-27", "HANG", "HANG @ terminate"),
    Caught("SHUT-28", "FAIL", "cannot be loaded"),
    Caught("SHUT-29", "HANG", "HANG @ the program's end"),
    Caught("SIG-03", "HANG", "HANG @ get"),
    Caught("SIG-04", "HANG", "HANG @ get"),
    Caught("SIG-05", "HANG", "HANG @ exit"),
    Caught("SIG-06", "HANG", "HANG @ terminate"),
    Caught("SIG-07", "HANG", "HANG @ terminate"),
    Caught("SIG-08", "HANG", "HANG @ terminate"),
    Caught("SIG-09", "HANG", "HANG @ get"),
    Caught("SIG-10", "FAIL", "RuntimeError"),
    Caught("SIG-11", "FAIL", "whether the lock is held"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's."""
