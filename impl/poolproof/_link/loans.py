"""Who holds a worker's link: the dispatcher, nobody, or a caller that borrowed it.

             offer                      borrow
    held  ----------->  idle  --------------------->  on loan
          <-----------        <---------------------
            reclaim             give back: settled
      ^                                                  |
      +----------------  returned  <---------------------+
            take back             give back: a frame is out, or the worker dead
                                  hand over: a signal handler waits for the pool
                                  take away: it did not come back when it was recalled

The dispatcher offers a link that has nothing to do, and reclaims it once it has
a frame for it.  In between a caller may borrow it, to send a task and receive
its outcome by itself (see `direct`).

Guarantees: a link is in one of these places at a time, so whoever uses it needs
no lock.  A signal handler may raise between any two statements of a caller, and
so each change of hands is one call into C that moves the link from one
container to another: no link is lost on the way.

A handler may also wait, for the pool or for a thread that does, and so for the
very link that was borrowed further down.  So a link can be taken away, and what
goes on below finds its loan empty: by the thread itself before it waits for the
pool, and by the dispatcher where a link that is recalled does not come back.
How the borrower is kept out from then on is told in `loan`.
"""

from __future__ import annotations

import math
import os
import time
import weakref
from _thread import get_ident
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from .link import Link
from .loan import Loan

RECALL_S = 0.1  # how long a borrower may keep a link that is recalled, and its wake-up be missed


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
        #: the thread of each, by identity: two that are empty are equal
        self._lent: dict[int, tuple[int, Loan]] = {}
        self._closing = False
        #: the dispatcher has a use for a link that is on loan: nobody may borrow meanwhile
        self.recalled = False
        self._overdue_s = math.inf  # when what is recalled will be taken away
        _all.add(self)
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
        """Return the links that are held; let the others be borrowed, unless a worker is dead."""
        ready = list(links)
        self._recall(any(link.lost and not link.held for link in ready))
        return [link for link in ready if link.held]

    def reclaim(self, links: Iterable[Link]) -> list[Link]:
        """Hold the links and return them, without those that are on loan."""
        missing = False
        held = []
        for link in links:
            if link.held or self._take_idle(link):
                held.append(link)
            else:
                missing = True
        self._recall(missing)
        return held

    def _recall(self, recalled: bool) -> None:
        self.recalled = recalled
        if not recalled:
            self._overdue_s = math.inf
        elif self._overdue_s == math.inf:
            self._overdue_s = time.monotonic() + RECALL_S

    def _take_idle(self, link: Link) -> bool:
        for _ in range(2):
            try:
                self._idle.remove(link)
            except ValueError:
                # Then once more: who gave it back before this was set has not told us.
                self.recalled = True
            else:
                link.held = True  # at once: a link in neither place would not be closed
                self._hold(link)
                return True
        return False

    def take_back(self) -> Iterator[Link]:
        """Hold and yield the links that came back with a frame out, or were due for too long."""
        if time.monotonic() > self._overdue_s:
            for _, loan in list(self._lent.values()):
                self._take_away(loan)
        while self._returned:
            link = self._returned.popleft()
            link.held = True  # at once, as above
            self._hold(link)
            yield link

    def _hold(self, link: Link) -> None:
        link.exchange.forget()
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

    def close(self, links: list[Link]) -> None:
        """Take and close the links; one that is on loan is closed when it is given back."""
        self._closing = True
        while links:
            if links[-1].held:
                links[-1].close()
            links.pop()  # only now: a close that was broken off is tried again
        self._close_left()

    @property
    def pause_s(self) -> float | None:
        """How long the dispatcher may sleep before it looks at what it has recalled."""
        return RECALL_S if self.recalled else None

    # -- called by any thread

    def available(self) -> bool:
        """Tell whether a link can be borrowed."""
        return bool(self._idle) and not self.recalled

    def lend(self, use: Callable[[Loan], object]) -> Loan | None:
        """Call `use` with an idle link on loan and take it back; None when there is none."""
        loan = Loan()
        key = id(loan)
        back = map(list.pop, (loan,))
        try:
            self._lent[key] = get_ident(), loan
            try:
                loan.extend(map(deque.pop, (self._idle,)))
            except IndexError:
                return None
            use(loan)
        finally:
            # The first call of this block, and one into C: no signal handler runs before it.
            if loan:  # else it was taken away
                unsettled = loan[0].ledger or loan[0].lost
                (self._returned if unsettled else self._idle).extend(back)
            self._lent.pop(key, None)
            self._tell()
        return loan

    def hand_over(self) -> None:
        """Give the dispatcher what this thread has on loan: it is about to wait for the pool.

        It is in a signal handler then, or in a finalizer, and in the middle of `lend`.
        """
        thread = get_ident()
        for borrower, loan in list(self._lent.values()):
            if borrower == thread:
                self._take_away(loan)
                self._tell()

    def _take_away(self, loan: Loan) -> None:
        with suppress(IndexError):  # the borrower has just given it back
            link = loan[0]
            if loan.withdraw(link):
                link.exchange.call_off()
                self._returned.extend(map(list.pop, (loan,)))

    def leave_to_parent(self) -> None:
        """Take every link from its borrower, in a process that was forked in the midst of a loan.

        Below the signal handler that has forked it, it may go on, and must not read what is its
        parent's.
        """
        for _, loan in list(self._lent.values()):
            loan.may_send.clear()
            loan.may_receive.clear()
            for link in loan:
                link.exchange.leave_to_parent()

    def _tell(self) -> None:
        if self._closing:
            self._close_left()
        elif self.recalled or self._returned:
            self._wake()

    def _close_left(self) -> None:
        for place in (self._idle, self._returned):
            while place:
                try:
                    link = place.pop()
                except IndexError:  # another thread was faster
                    return
                try:
                    link.close()
                except BaseException:
                    place.append(link)  # as above
                    raise


_all: weakref.WeakSet[Loans] = weakref.WeakSet()


def _leave_to_parent() -> None:
    for loans in list(_all):
        loans.leave_to_parent()


os.register_at_fork(after_in_child=_leave_to_parent)
