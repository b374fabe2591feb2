"""What the parent sees of a frame while it runs, and what it asks of the worker for it.

The claim slot tells how far the frame is; the bell, an eventfd, is answered by the worker's second
thread, its steward, while the first is in the user's code.
"""

from __future__ import annotations

from collections import deque

from .._front.waiting import EventFd
from .._wire.claims import PHASE, SEQ, STARTED, Phase, Progress, Slot
from .._wire.frames import GIVE_BACK, SHOW
from .ledger import Frame


class Bell:
    """The bell of one worker; used by whoever holds its link.

    Raises: OSError where no descriptor is to be had.
    """

    def __init__(self, slot: Slot, ledger: deque[Frame]) -> None:
        self._slot = slot
        self._ledger = ledger
        self._asked = 0  # the frame that it was rung for
        #: what the worker reads
        self.event = EventFd()

    def withholds(self) -> bool:
        """Tell whether the running frame may have tasks that are not started, nor asked for yet."""
        if not self._ledger or self._ledger[0].seq == self._asked:
            return False
        tasks = len(self._ledger[0].span.tasks)
        return tasks > 1 and not (self.runs() and self._slot.fields[STARTED] >= tasks)

    def task(self) -> tuple[int, int]:
        """Return the running frame, and how many of its tasks have been started."""
        return self._ledger[0].seq, self._slot.fields[STARTED] if self.runs() else 0

    def ask_back(self) -> None:
        """Ask for what the running frame has not started; the answer is a result.

        Before it runs nothing is asked: nothing would be given back.
        """
        if self.runs():
            self._asked = self._ledger[0].seq
            self.event.ring(GIVE_BACK)

    def progress(self) -> Progress | None:
        """Tell how far the running frame is; None where its tasks have no outcomes of their own."""
        if not self._ledger:
            return None
        frame = self._ledger[0]
        if not frame.job.exact or len(frame.span.tasks) == 1:
            return None
        return self._slot.progress() if self.runs() else Progress(frame.seq, 0, 0)

    def ask_to_show(self) -> None:
        """Ask for the outcomes that the worker has not sent."""
        self.event.ring(SHOW)

    def runs(self) -> bool:
        """Tell whether the worker runs the oldest frame that it was sent.

        Raises: IndexError where it has none.
        """
        fields = self._slot.fields
        return fields[PHASE] == Phase.RUNNING and fields[SEQ] == self._ledger[0].seq
