"""Stamps for a trace: when each item of a worker began, and when it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._wire.calls import Chunk
from .._wire.channel import Body
from .._wire.claims import STAMPED, STAMPS, STAMPS_SENT, STARTED, Slot
from .._wire.frames import ResultKind

if TYPE_CHECKING:
    from .outbox import Outbox

_clock = time.perf_counter_ns


class Stopwatch:
    """Stamps the items that a worker runs; lives in the worker.

    A stamp is the position of the task in its frame, the start, and the end, 0 until it is over.
    """

    def __init__(self, slot: Slot, outbox: Outbox) -> None:
        self._slot = slot
        self._outbox = outbox

    def watch(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call` with each of its items stamped."""
        if isinstance(call, Chunk):
            return Chunk(self._stamped(call.func), call.star)
        return self._stamped(call)

    def _stamped(self, func: Callable[..., Any]) -> Callable[..., Any]:
        fields, stamps = self._slot.fields, self._slot.stamps

        def stamped(*args: Any) -> Any:
            count = fields[STAMPED]
            if count == STAMPS:
                self.send()
                count = 0
            end = 3 * count + 2
            stamps[end] = 0
            stamps[end - 2] = fields[STARTED] - 1
            stamps[end - 1] = _clock()
            fields[STAMPED] = count + 1  # last: a death before it finds no half of a stamp
            try:
                return func(*args)
            finally:
                stamps[end] = _clock()

        return stamped

    def send(self) -> None:
        """Send the stamps in the slot, and empty it."""
        fields = self._slot.fields
        count = fields[STAMPED]
        if not count:
            return  # where nothing was loaded, stamps would say that it was
        stamps = Body([self._slot.stamped()])
        self._outbox.send(ResultKind.STAMPS, fields[STAMPS_SENT], 0, stamps)
        # A death, or a Ctrl-C, before this: the parent skips what it has received.
        fields[STAMPED] = 0
        fields[STAMPS_SENT] += count
