"""What waits behind or before a slow task is not withheld.

A frame may hold tasks that its worker cannot start for long, however short the estimate was: the
one before them sleeps, or waits for one of them.  No budget helps while a task runs.  Once another
worker has nothing to do, it gets them; and where none ever has, whoever is through with its frames
gets them once that task has run for long:

    parent    ring the bell             =======>  steward   drop what is not started
    parent    requeue, send elsewhere   <=======            GIVEN_BACK, the first of them

And outcomes may wait in the log for their neighbours: the caller may be waiting for one, and the
task that runs for what the caller does then.

    parent    ring the bell             =======>  steward   send what is logged
    parent    deliver                   <=======            OUTCOMES
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from .._link.link import Link
from .._wire.claims import Progress

STUCK_S = 0.1  # of one task: what stands behind it may as well wait for another worker
PATIENCE_S = 0.004  # 4 ms: most workers that idle, or run a task, are about to do something else


class Relief:
    """Asks workers for what they withhold; used by the dispatcher's thread alone."""

    def __init__(self) -> None:
        self._since: float | None = None  # when a worker idled first beside one that withholds
        self._progress: dict[int, Progress] = {}  # by pid, as of the last look at the outcomes
        self._looked = 0.0  # when that was
        self._waits = False  # for outcomes
        #: by pid, the task that it runs and since when
        self._tasks: dict[int, tuple[tuple[int, int], float]] = {}
        self._stuck_at: float | None = None  # when the next worker will be found stuck
        self._sought = 0.0  # when the last look for them was

    @property
    def pause_s(self) -> float | None:
        """Seconds after which to look again, None where only an event brings news."""
        if self._waits or self._since is not None:
            return PATIENCE_S
        return None if self._stuck_at is None else max(0.0, self._stuck_at - time.monotonic())

    def find_stuck(self, links: Sequence[Link]) -> None:
        """Mark the workers that have run one task for long, and note when the next one will have.

        Called before anything is sent, for the marks, and behind that, for the time.
        """
        now = time.monotonic()
        tasks: dict[int, tuple[tuple[int, int], float]] = {}
        self._stuck_at = None
        for link in links:
            link.stuck = False
            if not link.held or not link.ledger:
                continue
            task = link.bell.task()
            before, since = self._tasks.get(link.pid, (None, now))
            if task != before:
                since = now
                link.begun_after = self._sought
            tasks[link.pid] = task, since
            link.stuck = now - since >= STUCK_S
            if not link.stuck and (len(link.ledger) > 1 or link.bell.withholds()):
                self._stuck_at = min(self._stuck_at or math.inf, since + STUCK_S)
        self._tasks = tasks
        self._sought = now

    def look(self, links: Sequence[Link]) -> None:
        """Ask for what is withheld for long enough.

        Called when every worker has been sent what there is for it.
        """
        # One that is on loan runs the only task of its frame, and its books are the borrower's.
        held = [link for link in links if link.held]
        self._look_for_outcomes(held)
        idle = any(link.idle for link in links)
        withholding = [link for link in held if (idle or link.stuck) and link.bell.withholds()]
        if not withholding:
            self._since = None
            return
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._since >= PATIENCE_S:
            self._since = now  # one that loads its frame is asked the next time
            for link in withholding:
                link.bell.ask_back()

    def _look_for_outcomes(self, held: Sequence[Link]) -> None:
        progress = {link.pid: now for link in held if (now := link.bell.progress()) is not None}
        if not progress:
            self._waits = False
            return
        if time.monotonic() - self._looked < PATIENCE_S:
            self._waits = True
            return
        self._waits = False
        for link in held:
            now = progress.get(link.pid)
            if now is None:
                continue
            same = self._progress.get(link.pid) == now
            if same and now.unsent:
                link.bell.ask_to_show()
            # A task that has run for so long sends its own outcome at once, and that is an event.
            if now.unsent or not now.started or not same:
                self._waits = True
        self._progress = progress
        self._looked = time.monotonic()
