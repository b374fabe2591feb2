"""The outcome log: what a worker has to say and has not sent yet, safe from its death.

An outcome waits in the claim slot for its neighbours, since a message costs more than most items;
not for long, unless the next item takes long: then the parent rings, and the steward sends what
there is (see `relief`).
"""

from __future__ import annotations

import _thread
from typing import TYPE_CHECKING

from .._wire.channel import Body, pickle_into, pickler_into
from .._wire.claims import FIRST, LOG_ITEMS, LOG_SIZE, Slot
from .._wire.frames import ResultKind
from .._wire.outcome import pack_refusal

if TYPE_CHECKING:
    from .outbox import Outbox


class OutcomeLog:
    """Outcomes of one frame that are over but not sent yet, in the claim slot.

    Guarantees: one thread adds and flushes; another may have it shown what there is, meanwhile too.
    """

    def __init__(self, slot: Slot, outbox: Outbox) -> None:
        self._slot = slot
        self._outbox = outbox
        self._lock = _thread.allocate_lock()
        self._body = Body()
        # One pickler for the frame: making one costs more than a small dump.
        self._pickler = pickler_into(self._body)
        self._first = 0
        self._count = 0
        self._end = 0

    def add(self, outcome: object) -> None:
        """Log the outcome of the item behind the logged ones."""
        body = self._body
        with self._lock:
            body.clear()
            try:
                self._pickler.dump(outcome)
            except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
                body.clear()
                pickle_into(body, pack_refusal(error, outcome))
            self._pickler.clear_memo()
            if len(body) > 1:
                body.unwrap()
            size = len(body[0]) if len(body) == 1 else body.size
            if self._end + size > LOG_SIZE or self._count == LOG_ITEMS:
                self._flush()
                if size > LOG_SIZE:
                    self._send_alone()
                    return
            end = self._end + size
            self._slot.log[self._end : end] = body[0] if len(body) == 1 else b"".join(body)
            self._slot.ends[self._count] = self._end = end
            self._count += 1

    def _send_alone(self) -> None:
        no_end = bytes(4)
        self._outbox.send(
            ResultKind.OUTCOMES, self._first, 1, Body([no_end, *self._body]), last=False
        )
        self._restart(self._first + 1)

    def flush(self, *, last: bool = False) -> None:
        """Send what is logged and start an empty log."""
        with self._lock:
            self._flush(last=last)

    def show(self) -> None:
        """Send what is logged, unless the thread that adds is busy with it."""
        if self._lock.acquire(blocking=False):
            try:
                self._flush()
            finally:
                self._lock.release()

    def disown(self) -> None:
        """Wait for no thread: this is a process that a task has forked."""
        self._lock = _thread.allocate_lock()

    def restart(self, first: int) -> None:
        """Begin with the outcome of item `first`."""
        with self._lock:
            self._restart(first)

    def _flush(self, *, last: bool = False) -> None:
        if self._count or last:
            body = Body(self._slot.logged(self._count))
            self._outbox.send(ResultKind.OUTCOMES, self._first, self._count, body, last=last)
            self._restart(self._first + self._count)

    def _restart(self, first: int) -> None:
        # FIRST before the log is written over: the parent skips what it has received,
        # but must not take a new outcome for an old item.
        self._slot.fields[FIRST] = self._first = first
        self._count = self._end = 0
