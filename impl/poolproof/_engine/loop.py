"""The dispatcher's loop: the three handlers as its steps.

    wait for results, deaths and calls
    read results          result handler
    bury the dead         worker handler
    take up new jobs
    send frames           task handler

Guarantees: everything behind the inbox belongs to the dispatcher's thread, so
jobs, links and handlers need no lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._front.callbacks import CallbackRunner
from .._front.job_queue import JobQueue
from .._front.jobs import Job
from .._front.results import AsyncResult
from .._front.state import PoolState, StateMachine
from .._link.link import Link
from .._link.loans import Loans
from .inbox import Inbox
from .relief import Relief
from .result_handler import ResultHandler
from .shelf import Shelf
from .spares import Spares
from .task_handler import DEPTH, TaskHandler
from .watch import Watch
from .worker_handler import WorkerHandler

if TYPE_CHECKING:
    from .trace import TraceWriter


class Loop:
    """What the dispatcher's thread does, turn by turn.

    Raises: OSError where there is no descriptor for its own.
    """

    def __init__(
        self,
        machine: StateMachine,
        workers: WorkerHandler,
        size: int,
        inbox: Inbox,
        callbacks: CallbackRunner,
        trace: TraceWriter | None,
    ) -> None:
        self._machine = machine
        self._workers = workers
        self._inbox = inbox
        self._watch = Watch(inbox.fd)
        self._shelf = Shelf(size * DEPTH)
        #: the links that callers may borrow
        self.loans = Loans(self._watch.results, self._watch.no_results, inbox.wake)
        #: the jobs that are not over
        self.jobs = JobQueue(callbacks.settle, self._finish)
        self._tasks = TaskHandler(size, self.jobs, self._shelf, self.loans)
        self._relief = Relief()
        self._spares = Spares(workers, self.jobs, self.loans)
        self._results = ResultHandler(self.jobs, self._shelf, trace)
        self._trace = trace

    def begin(self) -> None:
        """Watch the first workers; before the first turn."""
        for link in self._workers.links:
            self._welcome(link)

    def ended(self) -> bool:
        """Tell whether the pool was terminated, or is closed and its last worker gone."""
        state = self._machine.state
        if state is PoolState.TERMINATE:
            return True
        if state is PoolState.CLOSE and not len(self._inbox) and self.jobs.empty:
            links = self._workers.links
            if self.loans.reclaim(links) == links:
                # First: who found the pool open may submit only now, and no worker is left for it.
                self._inbox.refuse()
                self._workers.dismiss()
            return not self._workers.links
        return False

    def turn(self) -> None:
        """Wait for something to do, and do it."""
        rung, fds = self._watch.wait(self._timeout_s())
        self._inbox.wake_up(rung)
        for fd in fds:
            if (link := self._watch.link(fd)) is not None:
                self._serve(link, fd)
        self._take_back()
        self._take_inbox()
        self.jobs.sweep()
        self._relief.find_stuck(self._workers.links)
        room = self._tasks.refill(self._workers.links)
        self._relief.find_stuck(self._workers.links)  # again: what was sent now may stand for ever
        self._relief.look(self._workers.links)
        self._spares.look()
        self._repopulate()  # behind all that has a worker retire
        # A pool without workers, broken or not yet whole, has none with room either; and yet
        # every call must be answered.
        self._inbox.feel(hungry=room or not self._workers.links)

    def _timeout_s(self) -> float | None:
        if not self._inbox.fall_asleep():
            return 0.0
        # Looked at behind that: the thread that feeds them rings from then on.
        hungry = self._workers.links and self._inbox.hungry
        if hungry and self.jobs.has_fed_tasks(first_only=self._tasks.keeps_one):
            return 0.0
        if self.jobs.hold_s:
            return self.jobs.hold_s
        pauses = [self._workers.pause_s()] if self._workers.waiting_to_retry else []
        pauses += [s for s in self._pauses() if s is not None]
        return min(pauses, default=None)

    def _pauses(self) -> tuple[float | None, ...]:
        return self.loans.pause_s, self._relief.pause_s, self._spares.pause_s

    def _serve(self, link: Link, fd: int) -> None:
        if fd == link.death_fd:
            self._watch.no_death(link)
            link.lost = True
            if self.loans.reclaim([link]):
                self._bury(link)
            else:
                link.hang_up()
        elif self._results.drain(link) and link.ready:
            self._workers.became_ready()

    def _bury(self, link: Link) -> None:
        self._watch.no_results(link)
        self._workers.bury(link, self._results, self.jobs)

    def _take_back(self) -> None:
        """Serve the links that callers gave back with a frame out, or with a dead worker."""
        for link in self.loans.take_back():
            self.jobs.adopt(frame.job for frame in link.ledger)
            if not link.lost:
                self._results.drain(link)
        # Not only those that came back as lost: a worker may die while its link is given back.
        if lost := [link for link in self._workers.links if link.lost]:
            for link in self.loans.reclaim(lost):
                self._bury(link)

    def _take_inbox(self) -> None:
        inbox, jobs = self._inbox, self.jobs
        for _ in range(len(inbox)):
            entry = inbox.take()
            try:
                if isinstance(entry, AsyncResult):
                    jobs.submit_call(entry)
                elif isinstance(entry, Job):
                    jobs.submit(entry)
                else:
                    entry()
            except BaseException:
                inbox.put_back(entry)
                raise

    def _repopulate(self) -> None:
        self._workers.dismiss_leaving()
        if self._machine.state is PoolState.RUN or not self.jobs.empty:
            for link in self._workers.repopulate():
                self._welcome(link)
        if self._workers.broken is not None:
            self._abandon_jobs(self._workers.broken)

    def _welcome(self, link: Link) -> None:
        self._watch.results(link)
        self._watch.death(link)

    def _finish(self, job: Job) -> None:
        if self.jobs.drop(job):
            try:
                heavy = job.packer.heavy
                for link in self._workers.links:
                    link.calls.forget(job.call_id, heavy=heavy)
                if heavy:  # those that idle are told before they are offered again
                    self.loans.reclaim(self._workers.links)
                job.conclude()
            except BaseException as error:  # no memory: nobody else knows of the job any more
                job.abandon(error)
                raise

    # -- the end

    def abandon(self, error: BaseException) -> None:
        """End every job with `error`, and the wait of every borrower."""
        self._abandon_jobs(error)
        self.loans.abandon(self._workers.links, error)

    def _abandon_jobs(self, error: BaseException) -> None:
        for job in self.jobs.drop_all():
            try:
                job.abandon(error)
            except BaseException:
                self.jobs.adopt([job])  # for the next attempt
                raise

    def release(self) -> None:
        """Close what belongs to the workers and to the loop."""
        for link in self._workers.links:
            self._results.trace_rest(link)
            for frame in list(link.ledger):
                self._shelf.take_from(frame)
        self.loans.close(self._workers.links)
        self._workers.starter.end()
        self._shelf.close()
        if self._trace is not None:
            self._trace.close()
        self._watch.close()
