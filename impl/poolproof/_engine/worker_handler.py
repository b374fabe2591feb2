"""The worker handler: starts workers, notices their deaths, finds what they held.

A death is noticed by its descriptor, never by polling.  Then three sources
tell where each task is: what had been sent already (results still unread),
the claim slot (the task that was running, and outcomes not sent yet), and the
ledger (everything else was never started and runs elsewhere).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any

from .._errors import BrokenPoolError, describe_exit
from .._front.job_queue import JobQueue
from .._link.link import Link
from .._process.room import make_room
from .._process.starter import Started, Starter, discard, discard_started
from .._wire.setup import Setup
from .losses import settle_claimed
from .result_handler import ResultHandler

if TYPE_CHECKING:
    from .._link.allowance import Allowance
    from .trace import TraceWriter

RETRY_S = 0.1  # first pause after a process could not be started; doubles up to ...
RETRY_MAX_S = 2.0
RETRY_DOUBLINGS = 5
KILLED_PATIENCE_S = 30.0  # how long workers may be killed while they start, none getting ready
ROUNDS = 3  # times that all workers may fail to start before the pool is broken: twice, by Ctrl-C
LINGERING = 2  # processes for each worker, those that retire and take long to exit among them
START_ATTEMPTS = 5  # failed starts in a row before the pool is broken: 1.5 s


class WorkerHandler:
    """Keeps `size` workers alive; used by the dispatcher's thread once the pool runs."""

    def __init__(
        self,
        context: BaseContext,
        size: int,
        worker_args: tuple[Callable[..., object] | None, tuple[Any, ...]],
        maxtasksperchild: int | None,
        trace: TraceWriter | None,
    ) -> None:
        #: what makes workers, and has a template to end
        self.starter = Starter(context, Setup(*worker_args, traced=trace is not None))
        self._size = size
        #: workers that there are to be beyond that
        self._spares = 0
        self._new_allowance = _allowances(maxtasksperchild)
        self._trace = trace
        self.links: list[Link] = []
        self._failures = 0
        self._failing_since: float | None = None
        self._failure_limit = ROUNDS * size
        self._retry_at: float | None = None
        #: why no worker can be had; set once, the pool is then useless
        self.broken: BrokenPoolError | None = None

    def start_all(self) -> None:
        """Start the first workers.

        Raises: whatever starting a process raises, with nothing left behind.
        """
        make_room(self._size)
        started: list[Started] = []  # here: a signal handler may raise as anything is called
        try:
            self.starter.start_first(self._size, started)
            self._link(started)
        except BaseException:
            for link in self.links:
                link.close_descriptors()
            discard_started(started)
            self.starter.end()
            raise

    def start(self, count: int) -> list[Link]:
        """Start workers.

        Raises: whatever the context's `Process` raises, and OSError where there is no
        descriptor; nothing is left behind then.
        """
        # All of them first: only a link needs what a context's Process has beside start().
        started = self.starter.start(count)
        try:
            return self._link(started)
        except BaseException:
            discard_started(started)
            raise

    def _link(self, started: list[Started]) -> list[Link]:
        links: list[Link] = []
        try:
            for parts in started:
                links.append(Link(*parts))  # at once: what has its descriptors must be known
                links[-1].allowance = self._new_allowance()
        except BaseException:
            for link in links:
                link.close_descriptors()
            raise
        self.links.extend(links)
        return links

    def discard(self) -> None:
        """End the workers of a pool that could not be made, and its template."""
        self.starter.retire()
        for link in self.links:
            link.close_descriptors()
        discard(link.process for link in self.links)
        self.starter.end()

    def repopulate(self) -> list[Link]:
        """Start what is missing and return it; a failed start is tried again later."""
        started: list[Link] = []
        if self.broken is not None or self.pause_s() > 0:
            return started
        self._retry_at = None
        wanted, most = self._size + self._spares, LINGERING * self._size
        while self._serving() < wanted and len(self.links) < most:
            try:
                started.extend(self.start(1))
            except Exception as error:  # noqa: BLE001  OSError, and what a custom context raises
                self._start_failed(error)
                break
        return started

    @property
    def has_spare(self) -> bool:
        """Tell whether there is, or is to be, a worker more than by right."""
        return self._spares > 0

    def add_spare(self) -> None:
        """Have one worker more than the pool has by right, unless there are twice as many."""
        self._spares = min(self._spares + 1, (LINGERING - 1) * self._size)

    def release_spare(self) -> None:
        """Have a worker exit behind what it runs, if there is one more than by right.

        One that runs nothing, if there is such: it is held then.
        """
        staying = [link for link in self.links if not (link.leaving or link.retiring)]
        held = [link for link in staying if link.held]
        if self._spares and held and len(staying) > self._size:
            self._spares -= 1
            min(held, key=lambda link: len(link.ledger)).surplus = True

    def _serving(self) -> int:
        return sum(not link.retiring or bool(link.ledger) for link in self.links)

    def _start_failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= START_ATTEMPTS and not self.links:
            why = f"no worker could be started in {self._failures} attempts: "
            self._break(f"{why}{type(error).__name__}: {error}", error)
            return
        self._retry_after(self._failures)

    def _retry_after(self, failures: int) -> None:
        pause = RETRY_MAX_S if failures > RETRY_DOUBLINGS else RETRY_S * 2 ** (failures - 1)
        self._retry_at = time.monotonic() + pause

    def pause_s(self) -> float:
        """Seconds until a failed start may be tried again, 0 for now."""
        return 0.0 if self._retry_at is None else max(0.0, self._retry_at - time.monotonic())

    @property
    def waiting_to_retry(self) -> bool:
        """Tell whether a start has failed and is to be tried again."""
        return self._retry_at is not None and self.broken is None

    def became_ready(self) -> None:
        """A worker has started well."""
        self._failures = 0
        self._failing_since = self._retry_at = None

    def bury(self, link: Link, results: ResultHandler, jobs: JobQueue) -> None:
        """Account for a dead worker: deliver what it finished, fail what it ran, free the rest."""
        while results.drain(link):
            continue
        exitcode = link.reap()
        self.starter.buried(link.process)
        if not link.ready:
            self._startup_failed(link, exitcode)
        claim = link.slot.read()
        # From the back, so that what is given back stands in the order of the input.
        for frame in reversed(link.ledger):
            results.reclaim(frame)
            if frame.seq == claim.seq:
                lost = settle_claimed(frame, claim, link, jobs)
                if self._trace is not None:
                    self._trace.last_items(link.pid, frame, link.slot, lost)
            else:
                jobs.requeue(frame.job, frame.rest(frame.delivered))
            jobs.finish_if_complete(frame.job)
        if self._trace is not None:
            self._trace.buried(link.pid, None if link.retiring else describe_exit(exitcode))
        link.close()
        self.links.remove(link)  # last: what is broken off before is for the end of the pool to do

    def _startup_failed(self, link: Link, exitcode: int | None) -> None:
        self._failures += 1
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        killed = exitcode is not None and exitcode < 0
        if killed and now - self._failing_since < KILLED_PATIENCE_S:
            # A signal from outside says nothing about the workers that are still to come; one that
            # the initializer brings about (memory, a segfault) comes again and again.
            if self._failures > self._failure_limit:
                self._retry_after(self._failures - self._failure_limit)
            return
        if self._failures >= self._failure_limit:
            what = f"the last one died before it was ready ({describe_exit(exitcode)})"
            if link.startup_error is not None:
                error = link.startup_error
                what = f"{link.startup_step} raised {type(error).__name__}: {error}"
            elif not killed:
                what += "; was it interrupted, or is the main module not guarded by "
                what += '`if __name__ == "__main__"`?'
            self._break(
                f"{self._failures} workers in a row failed to start: {what}", link.startup_error
            )

    def _break(self, why: str, cause: BaseException | None) -> None:
        self.broken = BrokenPoolError(why)
        self.broken.__cause__ = cause

    def dismiss(self) -> None:
        """Send the sentinel to every worker; each exits behind its last frame."""
        for link in self.links:
            if not link.retiring:
                link.dismiss()
        self.starter.retire()

    def dismiss_leaving(self) -> None:
        """Send the sentinel to those that have run what they may, and to those beyond the size."""
        for link in self.links:
            if link.leaving and not link.ledger and not link.retiring:
                link.dismiss()


def _allowances(maxtasksperchild: int | None) -> Callable[[], Allowance | None]:
    """Return what makes the allowance of a worker."""
    if maxtasksperchild is None:
        return lambda: None
    # Before the first fork, as all that a pool loads: who is forked while a thread loads a module
    # inherits the lock of that, and never loads it.
    from .._link.allowance import Allowance  # noqa: PLC0415  `fractions` takes 2 ms to load

    return partial(Allowance, maxtasksperchild)
