"""The stdlib's own pool, unchanged: what it is known to get wrong, every time.

The reasons, with the issues, are in its deviation file, and `test_table` holds the two together.
A clause that no other pool here breaks is one whose flaw the stdlib has by nature; what the
stdlib breaks now and then only has a pool of its own that breaks it always.
"""

from ..specimens import Caught

SUBJECT = "multiprocessing:Pool"

CAUGHT = (
    # What fails to travel, or raises the wrong thing, costs the pool.
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
    # It loses tasks, and locks, with its workers.
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
    Caught("LEFT-05", "FAIL", "the descriptors left"),
    Caught("LEFT-06", "FAIL", "the workers to exit"),
    # It starts workers without end, or never again, and says nothing.
    Caught("INIT-08", "HANG", "HANG @ apply"),
    Caught("INIT-09", "FAIL", "starts of a worker that fails"),
    Caught("INIT-10", "HANG", "HANG @ apply"),
    Caught("INIT-11", "FAIL", "starts of a worker that fails"),
    Caught("DIAG-03", "HANG", "HANG @ apply"),
    Caught("DIAG-10", "HANG", "HANG @ apply", "spawn"),
    Caught("DIAG-11", "HANG", "HANG @ get"),
    # Its end waits for what may never come.
    Caught("SHUT-21", "HANG", "HANG @ get"),
    Caught("SHUT-22", "HANG", "HANG @ iterate"),
    Caught("SHUT-23", "HANG", "HANG @ the waiting threads to wake"),
    Caught("SHUT-27", "HANG", "HANG @ terminate"),
    Caught("SHUT-29", "HANG", "HANG @ the program's end"),
    Caught("SIG-03", "HANG", "HANG @ get"),
    Caught("SIG-06", "HANG", "HANG @ terminate"),
    Caught("SIG-07", "HANG", "HANG @ terminate"),
    Caught("SIG-08", "HANG", "HANG @ terminate"),
    Caught("SIG-09", "HANG", "HANG @ get"),
    Caught("SIG-10", "FAIL", "RuntimeError"),
    Caught("SIG-11", "FAIL", "whether the lock is held"),
    Caught("SIG-15", "HANG", "HANG @ get"),
)
