"""What can go wrong with a pool, by cause.

Errors of the user's own code travel unchanged, and argument errors keep the
types of the standard library.  The classes here are only for what
`multiprocessing.Pool` answers with a hang.
"""

from __future__ import annotations

import signal
from multiprocessing import ProcessError


class PoolError(ProcessError):
    """Base of the errors that the pool itself raises."""


class WorkerLostError(PoolError):
    """The worker that ran an item died before it could deliver an outcome.

    exitcode: of the process; negative for a signal, None when it is unknown.
    job:      id of the job (one public call).
    index:    position in the job's input of the item that was running; with an
              explicit chunksize, of the first item of its chunk.
    pid:      of the worker that died.
    """

    def __init__(self, exitcode: int | None, job: int, index: int, pid: int | None) -> None:
        super().__init__(exitcode, job, index, pid)
        self.exitcode = exitcode
        self.job = job
        self.index = index
        self.pid = pid

    def __str__(self) -> str:
        return (
            f"worker {self.pid} died ({describe_exit(self.exitcode)}) "
            f"while it ran item {self.index} of job {self.job}; the item was not run again"
        )


class PoolTerminatedError(PoolError):
    """The pool was terminated before the outcome arrived."""


class BrokenPoolError(PoolError):
    """Workers die before they become ready; the pool gave up starting them.

    `__cause__` is the error of the initializer where there is one, or of what the pool
    itself does in a worker before it is ready.
    """


def describe_exit(exitcode: int | None) -> str:
    """Say an exit code in words, as in `killed by SIGKILL` or `exit code 1`."""
    if exitcode is None:
        return "exit code unknown"
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return f"killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"killed by signal {-exitcode}"
