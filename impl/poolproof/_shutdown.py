"""How a pool ends: two ordered lists of named steps, each with its reason.

close, then join                        terminate
  every job has its outcome               abandon    waiting callers first: what
  dismiss   the sentinel goes behind                 follows may take a second
            the last frame of each        retire     the template forks no more, and
            worker; the template                     exits behind its last worker
            exits behind the last         interrupt  SIGTERM: lets a worker's own
            of its own                               handler run
  bury      each exit is awaited, and     kill       SIGKILL after a grace, for
            a late death accounted for               those that ignore SIGTERM or
  release   template, descriptors,                   are stopped
            callback thread               end        the template, stopped or not: each
                                                     exit code would be waited for
                                          bury       no zombie is left
                                          release    descriptors, callback thread

Rule: no step waits for anything that user code or a worker can hold.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable

from ._link import Link
from ._starter import GRACE_S, Starter
from ._template import KILL_S


class Termination:
    """Runs the steps of terminate once, whoever comes first.

    Guarantees: the dispatcher runs it; a thread that waits for a dispatcher
    that is stuck in user code (a pickling method that blocks) may run it too.
    The lock is held for bounded steps only.
    """

    def __init__(
        self,
        links: list[Link],
        starter: Starter,
        abandon: Callable[[], None],
        release: Callable[[], None],
    ) -> None:
        self._links = links
        self._starter = starter
        self._abandon = abandon
        self._release = release
        # Re-entrant: a signal handler may terminate a pool that is being terminated.
        self._lock = threading.RLock()
        self._done = False

    def run(self) -> None:
        """Run the steps in order."""
        with self._lock:
            if self._done:
                return
            self._done = True
            self._abandon()
            self._starter.retire()
            _interrupt(self._links)
            _kill(self._links)
            _await_deaths(self._links, KILL_S)
            self._starter.end()
            _bury(self._links)
            self._release()


def _interrupt(links: list[Link]) -> None:
    for link in links:
        link.process.terminate()
    _await_deaths(links, GRACE_S)


def _kill(links: list[Link]) -> None:
    for link in links:
        if not link.dead():
            link.process.kill()


def _bury(links: list[Link]) -> None:
    for link in links:
        link.reap()


def _await_deaths(links: list[Link], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    alive = {link.death_fd for link in links}
    poll = select.poll()
    for fd in alive:
        poll.register(fd, select.POLLIN)
    while alive and (left_s := deadline - time.monotonic()) > 0:
        for fd, _ in poll.poll(left_s * 1000):
            poll.unregister(fd)
            alive.discard(fd)
