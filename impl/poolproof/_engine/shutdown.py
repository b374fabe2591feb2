"""How a pool ends: two ordered lists of named steps, each with its reason.

close, then join                        terminate
  every job has its outcome               abandon    waiting callers first: what
  dismiss   the sentinel goes behind                 follows may take a second
            the last frame of each        retire     the template forks no more, and
            worker; the template                     exits behind its last worker
            exits behind the last         interrupt  the sentinel to whoever idles, so
            of its own                               that it exits as it should, what it
  bury      each exit is awaited, and                has printed not lost; SIGTERM to
            a late death accounted for               the others: lets their handlers run
  release   template, descriptors,        kill       SIGKILL after a grace, for those
            callback thread                          that ignore SIGTERM or are stopped
                                          end        the template, stopped or not: each
                                                     exit code would be waited for
                                          bury       no zombie is left
                                          release    descriptors, callback thread

Rule 1: no step waits for anything that user code or a worker can hold.
Rule 2: a step that was broken off can be taken again, and goes on where it was.
"""

from __future__ import annotations

import select
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from .._link.link import REAP_S, Link
from .._process.starter import GRACE_S, Starter
from .._process.template import KILL_S

ATTEMPTS = 5  # at a step that finds no memory: what it drops on its way may be what is missing


class Termination:
    """Runs the steps of terminate once, whoever comes first.

    Guarantees: the dispatcher runs it; where that is stuck in user code (a
    pickling method that blocks) another thread may do so.  Whatever a step
    raises, those behind it are run.  The lock is held for bounded steps only.
    """

    def __init__(
        self,
        links: list[Link],
        starter: Starter,
        abandon: Callable[[], None],
        release: Callable[[], None],
    ) -> None:
        self._left: deque[Callable[[], None]] = deque(
            [
                abandon,
                starter.retire,
                partial(_interrupt, links),
                partial(_kill, links),
                partial(_await_deaths, links, KILL_S),
                starter.end,
                partial(_bury, links),
                release,
            ]
        )
        # Re-entrant: a signal handler may terminate a pool that is being terminated.
        self._lock = threading.RLock()
        self._runs = False

    def run(self) -> None:
        """Run the steps in order.

        Raises: what a step has raised, behind the last one.
        """
        with self._lock:
            if self._runs:
                return
            self._runs = True
            try:
                self._run_all()
            finally:
                self._runs = False

    def _run_all(self) -> None:
        failed: BaseException | None = None
        attempts = 0
        while self._left:
            attempts += 1
            try:
                self._left[0]()
            except MemoryError as error:
                failed = error
                if attempts < ATTEMPTS:
                    continue
            except BaseException as error:  # noqa: BLE001  raised below
                failed = error
            self._left.popleft()
            attempts = 0
        if failed is not None:
            raise failed


def _interrupt(links: list[Link]) -> None:
    idle = [link for link in links if link.ready and not link.ledger]
    for link in idle:
        link.dismiss()
    for link in links:
        if link not in idle:
            link.send_signal(signal.SIGTERM)
    _await_deaths(links, GRACE_S)
    late = [link for link in idle if not link.dead()]  # an exit handler takes long
    for link in late:
        link.send_signal(signal.SIGTERM)
    _await_deaths(late, GRACE_S)


def _kill(links: list[Link]) -> None:
    for link in links:
        if not link.dead():
            link.send_signal(signal.SIGKILL)


def _bury(links: list[Link]) -> None:
    deadline = time.monotonic() + REAP_S
    # A copy: the dispatcher may come out of what it was stuck in, and bury one of them.
    for link in list(links):
        with suppress(ValueError):  # it has, and closed the process object
            link.reap(max(0.0, deadline - time.monotonic()))


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
