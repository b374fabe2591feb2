"""The claim slot: what a worker says of its progress, readable after its death.

One memory file a worker, mapped by the worker and by the parent:

    fields  seq      frame that the worker has taken up
            started  how many items of it have been started
            over     how many of them are over, with their outcome in the log or sent
            first    item whose outcome lies first in the log
            phase    Phase, what the worker is doing
            stamped  how many stamps there are, where the pool traces
            sent     how many stamps of the frame were sent before them
    ends    where in the log the outcome of item first + n ends, n = 0, 1, ...
    log     outcomes of the items first .. over - 1, one pickle behind the other
    stamps  three numbers each (see `stopwatch`)

Guarantees: the worker is the only writer, so no lock is needed and none can be left
behind.  What became of a task the parent tells from it only when the worker is dead;
while it lives, what is read may be over by then, and is only a reason to ask (see
`bell`).  `started` is stored before an item runs and `over` when its outcome is in the
log, whole.
A batch (see `runner`) keeps no log and stores `over` only now and then.
"""

from __future__ import annotations

import enum
import mmap
import os
from typing import NamedTuple

from .frames import INLINE_LIMIT

FIELDS_SIZE = 64  # bytes
LOG_ITEMS = 2048  # outcomes the log can hold
ENDS_SIZE = 4 * LOG_ITEMS  # bytes
LOG_SIZE = INLINE_LIMIT - ENDS_SIZE  # bytes: a full log with its ends is still one record
STAMPS = 2048  # stamps the slot can hold
STAMP_SIZE = 3 * 8  # bytes; a full area is still one record
SLOT_SIZE = FIELDS_SIZE + ENDS_SIZE + LOG_SIZE + STAMPS * STAMP_SIZE  # bytes; used as needed

SEQ, STARTED, OVER, FIRST, PHASE, STAMPED, STAMPS_SENT = range(7)


class Phase(enum.IntEnum):
    """What a worker is doing."""

    IDLE = 0
    LOADING = 1  # user code of __setstate__ may run, no item has started
    RUNNING = 2


class Claim(NamedTuple):
    """A dead worker's last words about the frame it had taken up."""

    seq: int
    started: int
    over: int
    first: int
    phase: Phase


class Progress(NamedTuple):
    """How far a running frame is.

    started:  tasks; 0 before it runs.
    unsent:   outcomes that are in the log.
    """

    seq: int
    started: int
    unsent: int


def create() -> int:
    """Make a slot and return the descriptor of its memory file.

    Raises: OSError where no descriptor or no room is to be had.
    """
    fd = os.memfd_create("poolproof-claims")
    try:
        os.ftruncate(fd, SLOT_SIZE)
    except OSError:  # a limit on the size of files
        os.close(fd)
        raise
    return fd


class Slot:
    """One mapped claim slot."""

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, SLOT_SIZE)
        self._view = memoryview(self._map)
        #: unsigned 64-bit fields, indexed by SEQ, STARTED, OVER, ...
        self.fields = self._view[:FIELDS_SIZE].cast("Q")
        #: unsigned 32-bit ends of the logged outcomes, in bytes
        self.ends = self._view[FIELDS_SIZE : FIELDS_SIZE + ENDS_SIZE].cast("I")
        log = FIELDS_SIZE + ENDS_SIZE
        #: bytes of the outcome log
        self.log = self._view[log : log + LOG_SIZE]
        #: unsigned 64-bit numbers of the stamps
        self.stamps = self._view[log + LOG_SIZE :].cast("Q")

    def begin(self, seq: int) -> None:
        """Take up a frame; called before anything of it is unpickled."""
        fields = self.fields
        # LOADING first: a death between these stores must not read as an item of the last frame.
        fields[PHASE] = Phase.LOADING
        fields[STARTED] = fields[OVER] = fields[FIRST] = 0
        fields[STAMPED] = fields[STAMPS_SENT] = 0
        fields[SEQ] = seq

    def read(self) -> Claim:
        """Read a dead worker's claim."""
        seq, started, over, first, phase = self.fields[: PHASE + 1].tolist()
        return Claim(seq, started, over, first, Phase(phase))

    def progress(self) -> Progress:
        """Tell how far a worker is that lives: each number is right, but of its own instant."""
        fields = self.fields
        return Progress(fields[SEQ], fields[STARTED], max(0, fields[OVER] - fields[FIRST]))

    def outcomes(self, claim: Claim) -> list[memoryview]:
        """Return the pickles of the outcomes of items `first` .. `over - 1`."""
        count = max(0, claim.over - claim.first)
        return split_log(memoryview(b"".join(self.logged(count))), count)

    def stamped(self) -> memoryview:
        """Return the stamps that have not been sent, as the body of a record."""
        return self.stamps[: 3 * self.fields[STAMPED]].cast("B")

    def running(self) -> int | None:
        """Return the task of the newest stamp if that has no end, else None."""
        count = self.fields[STAMPED]
        if not count or self.stamps[3 * count - 1]:
            return None
        return self.stamps[3 * count - 3]

    def logged(self, count: int) -> list[memoryview]:
        """Return the first `count` logged outcomes as the body of a record (see `split_log`)."""
        end = self.ends[count - 1] if count else 0
        return [self.ends[:count].cast("B"), self.log[:end]]

    def close(self) -> None:
        """Unmap the slot."""
        self.fields.release()
        self.ends.release()
        self.log.release()
        self.stamps.release()
        self._view.release()
        self._map.close()


def split_log(body: memoryview, count: int) -> list[memoryview]:
    """Take apart a record body made by `Slot.logged`: the pickle of each outcome."""
    if count == 1:
        return [body[4:]]  # alone it may be larger than a 32-bit end can tell
    ends = body[: 4 * count].cast("I").tolist()
    log = body[4 * count :]
    return [log[start:end] for start, end in zip([0, *ends], ends, strict=False)]
