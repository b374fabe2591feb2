"""Who holds a worker's link: the dispatcher, nobody, or a caller that borrowed it.

             offer                      borrow
    held  ----------->  idle  --------------------->  on loan
          <-----------        <---------------------
            reclaim             give back: settled
      ^                                                  |
      +----------------  returned  <---------------------+
            take back             give back: a frame is out, or the worker dead

The dispatcher offers a link that has nothing to do, and reclaims it once it has
a frame for it.  In between a caller may borrow it, to send a task and receive
its outcome by itself (see `_direct`).

Guarantees: a link is in one of these places at a time, so whoever uses it needs
no lock.  A signal handler may raise between any two statements of a caller, and
so each change of hands is one call into C that moves the link from one
container to another: no link is lost on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from ._link import Link

RECALL_S = 0.1  # how long the wake-up of a borrower that was interrupted may be missed


class Loans:
    """The links of one pool that callers may borrow.

    watch:   called when the dispatcher holds a link again: it reads the link's results.
    unwatch: called before a link is offered: it no longer does.
    wake:    makes the dispatcher look at what has come back.
    """

    def __init__(
        self,
        watch: Callable[[Link], None],
        unwatch: Callable[[Link], None],
        wake: Callable[[], None],
    ) -> None:
        self._watch = watch
        self._unwatch = unwatch
        self._wake = wake
        self._idle: deque[Link] = deque()
        self._returned: deque[Link] = deque()
        self._closing = False
        #: the dispatcher has a use for a link that is on loan: nobody may borrow meanwhile
        self.recalled = False
        #: what ends the jobs of borrowers once the pool is terminated
        self.abandoned: BaseException | None = None

    # -- called by the dispatcher

    def offer(self, links: Iterable[Link]) -> None:
        """Let callers borrow links that are idle."""
        for link in links:
            self._unwatch(link)
            link.held = False
            self._idle.append(link)

    def leave(self, links: Iterable[Link]) -> list[Link]:
        """Return the links that are held; let the others be borrowed."""
        self.recalled = False
        return [link for link in links if link.held]

    def reclaim(self, links: Iterable[Link]) -> list[Link]:
        """Hold the links and return them, without those that are on loan."""
        missing = False
        held = []
        for link in links:
            if link.held or self._take_idle(link):
                held.append(link)
            else:
                missing = True
        self.recalled = missing
        return held

    def _take_idle(self, link: Link) -> bool:
        for _ in range(2):
            try:
                self._idle.remove(link)
            except ValueError:
                # Then once more: who gave it back before this was set has not told us.
                self.recalled = True
            else:
                self._hold(link)
                return True
        return False

    def take_back(self) -> Iterator[Link]:
        """Hold and yield the links that came back with a frame that is still out."""
        while self._returned:
            link = self._returned.popleft()
            self._hold(link)
            yield link

    def _hold(self, link: Link) -> None:
        link.held = True
        link.forget_exchange()
        self._watch(link)

    def abandon(self, links: Iterable[Link], error: BaseException) -> None:
        """End the wait of every borrower, and its job with `error`."""
        # Before the ledgers: who enters a frame behind our back looks here afterwards.
        self.abandoned = error
        for link in links:
            if not link.held:
                link.hang_up()
                for frame in list(link.ledger):
                    frame.job.abandon(error)

    def close(self, links: Iterable[Link]) -> None:
        """Close the links; one that is on loan is closed when it is given back."""
        self._closing = True
        for link in links:
            if link.held:
                link.close()
        self._close_left()

    # -- called by any thread

    def available(self) -> bool:
        """Tell whether a link can be borrowed."""
        return bool(self._idle) and not self.recalled

    def lend(self, use: Callable[[Link], object]) -> bool:
        """Call `use` with an idle link and take it back; return False when there is none."""
        borrowed: list[Link] = []
        try:
            try:
                borrowed.extend(map(deque.pop, (self._idle,)))
            except IndexError:
                return False
            use(borrowed[0])
        finally:
            # The first call of this block, and one into C: no signal handler runs before it.
            unsettled = borrowed and (borrowed[0].ledger or borrowed[0].lost)
            (self._returned if unsettled else self._idle).extend(borrowed)
            self._tell()
        return True

    def _tell(self) -> None:
        if self._closing:
            self._close_left()
        elif self.recalled or self._returned:
            self._wake()

    def _close_left(self) -> None:
        for place in (self._idle, self._returned):
            while place:
                try:
                    place.pop().close()
                except IndexError:  # another thread was faster
                    return
