"""What the test process and a driver say to each other, pickled over one socket.

    test process                    driver (one per entrant, a process group of its own)
    ------------                    ----------------------------------------------------
    (starts it)              --->
                             <---   Hello            or Refusal, and it ends
    Ask                      --->
                             <---   Sample           or Refusal, and it goes on
    (closes the socket)      --->   ends

One question at a time.  A driver that misses the deadline of an answer is killed with its group.
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["missing", "unsupported", "failed", "hung", "died"]
"""Why there is no figure: not installed; no such call; raised or answered wrongly; missed its
deadline; its driver ended.  A driver itself only says the first three."""


@dataclass(frozen=True)
class Hello:
    """The subject imports."""

    version: str
    start_methods: tuple[str, ...]
    """Its own; other words than fork, spawn, forkserver mean that the caller has no choice."""


@dataclass(frozen=True)
class Ask:
    """Take one sample."""

    row: str
    start_method: str
    tasks: int
    """Items in the sample."""
    chunksize: int | None
    """Overrides the row's; None where the row's stands."""
    sample_s: float | None
    """About how many seconds the sample may take: a driver then runs fewer items, if it must, and
    says how many.  None: all of them."""
    iterations_per_s: float
    """From `workloads.calibrate`."""
    deadline_s: float
    """When the answer is due; the driver leaves its stacks behind just before."""


@dataclass(frozen=True)
class Sample:
    """One timed run."""

    elapsed_s: float
    tasks: int
    payload_bytes: int = 0
    """Sent one way, in the whole sample."""
    work_s: float | None = None
    """CPU seconds in the task function, all items; scheduling rows only."""
    longest_s: float | None = None
    """CPU seconds of the dearest item; scheduling rows only."""


@dataclass(frozen=True)
class Refusal:
    """No sample, and why."""

    status: Status
    reason: str
    pip_line: str | None = None
    """What installs the subject, where it is missing."""


Answer = Hello | Sample | Refusal
