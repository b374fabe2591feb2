"""Tasks behind a slow one are taken out of its worker, once another has nothing to do.

A frame may hold tasks that its worker cannot start for long, however short the estimate was: the
one before them sleeps, or waits for one of them.  No budget helps while a task runs.

    parent    ring the bell             =======>  steward   drop what is not started
    parent    requeue, send elsewhere   <=======            GIVEN_BACK, the first of them
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from ._link import Link

PATIENCE_S = 0.004  # 4 ms: most workers that idle are about to get something


class Relief:
    """Asks workers for what they withhold; used by the dispatcher's thread alone."""

    def __init__(self) -> None:
        self._since: float | None = None  # when a worker idled first beside one that withholds

    @property
    def pause_s(self) -> float | None:
        """Seconds after which to look again, None where only an event brings news."""
        return None if self._since is None else PATIENCE_S

    def look(self, links: Sequence[Link]) -> None:
        """Ask for what is withheld if a worker has had nothing to do for long enough.

        Called when every worker has been sent what there is for it.
        """
        idle = any(link.ready and not link.ledger and not link.retiring for link in links)
        # One that is on loan runs the only task of its frame, and its books are the borrower's.
        withholding = [link for link in links if link.held and link.withholds()] if idle else []
        if not withholding:
            self._since = None
            return
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._since >= PATIENCE_S:
            self._since = now  # one that loads its frame is asked the next time
            for link in withholding:
                link.ask_back()
