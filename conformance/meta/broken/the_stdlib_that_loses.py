"""The stdlib itself, unchanged: it loses tasks, and locks, with its workers."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("DEATH-02", "HANG", "HANG @ get"),
    Caught("DEATH-04", "HANG", "HANG @ get"),
    Caught("DEATH-05", "HANG", "HANG @ map"),
    Caught("DEATH-06", "HANG", "HANG @ iterate"),
    Caught("DEATH-07", "HANG", "HANG @ join"),
    Caught("DEATH-08", "HANG", "HANG @ get"),
    Caught("DEATH-09", "HANG", "HANG @ terminate"),
    Caught("DEATH-10", "HANG", "HANG @ get"),
    Caught("SEQ-03", "HANG", "HANG @"),
    Caught("SEQ-04", "HANG", "HANG @"),
    Caught("LIFE-07", "HANG", "HANG @ get"),
    Caught("LIFE-08", "HANG", "HANG @ get"),
    Caught("LIFE-09", "FAIL", "workers were started", "spawn"),
    Caught("LEFT-05", "FAIL", "the descriptors left"),
    Caught("LEFT-06", "FAIL", "the workers to exit"),
)


class Pool(multiprocessing.pool.Pool):
    """The standard library's."""
