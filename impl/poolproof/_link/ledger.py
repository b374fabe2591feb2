"""What a ledger has an entry of: a frame, from its sending to its last result."""

from __future__ import annotations

from .._front.jobs import Job, Span
from .._wire.frames import LENT_FILE
from .._wire.memory import MemoryFile


class Frame:
    """Tasks on their way: sent to a worker, not finished.

    delivered:    tasks whose outcome has arrived, counted from the front.
    carries_call: the callable's pickle travels in this frame, and no result has come back yet.
    file:         memory file of the parent and the worker for as long as the frame lasts.
    file_number:  which of the frame's files that is; as the worker counts (see `ResultHeader`).
    """

    __slots__ = ("carries_call", "delivered", "file", "file_number", "job", "seq", "span")

    def __init__(
        self, seq: int, job: Job, span: Span, *, carries_call: bool, file: MemoryFile | None
    ) -> None:
        self.seq = seq
        self.job = job
        self.span = span
        self.carries_call = carries_call
        self.file = file
        self.file_number = LENT_FILE
        self.delivered = 0

    def rest(self, done: int) -> Span:
        """Return the tasks behind the first `done`."""
        if done == 0:  # with their pickle, where there is one
            return self.span
        return Span(self.span.start + done, self.span.tasks[done:])

    def shorten(self, left: int) -> Span:
        """Take the tasks behind the first `left` out of the frame and return them."""
        rest = self.rest(left)
        self.span = Span(self.span.start, self.span.tasks[:left])
        return rest
