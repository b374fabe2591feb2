"""The dispatcher: one thread, one loop, the three handlers as its steps.

    wait for results, deaths and calls
    read results          result handler
    bury the dead         worker handler
    take up new jobs
    send frames           task handler

Guarantees: everything behind the inbox belongs to this thread, so jobs, links
and handlers need no lock.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ._apply_jobs import Call
from ._callbacks import CallbackRunner
from ._direct import DirectCalls
from ._errors import PoolTerminatedError
from ._inbox import Inbox
from ._job_queue import JobQueue
from ._jobs import Job
from ._link import Link
from ._loans import RECALL_S, Loans
from ._memory import Shelf
from ._relief import Relief
from ._result_handler import ResultHandler
from ._results import AsyncResult
from ._shutdown import Termination
from ._state import Event, PoolState, StateMachine
from ._task_handler import TaskHandler
from ._waiting import Latch
from ._watch import Watch
from ._worker_handler import WorkerHandler

if TYPE_CHECKING:
    from ._trace import TraceWriter

STUCK_S = 2.0  # how long terminate() waits for the loop before it acts in its place


class Dispatcher:
    """Runs jobs on workers until the pool is closed or terminated."""

    def __init__(
        self,
        machine: StateMachine,
        workers: WorkerHandler,
        size: int,
        trace: TraceWriter | None,
    ) -> None:
        self._machine = machine
        self._workers = workers
        self._callbacks = CallbackRunner()
        self._shelf = Shelf()
        #: where other threads put jobs
        self.inbox = Inbox()
        try:
            self._watch = Watch(self.inbox.fd)
        except OSError:
            self.inbox.close()
            raise
        self._loans = Loans(self._watch.results, self._watch.no_results, self.inbox.wake)
        self._jobs = JobQueue(self.settle, self._finish)
        self._tasks = TaskHandler(size, self._jobs, self._shelf, self._loans)
        self._relief = Relief()
        self._direct = DirectCalls(self._loans, self._jobs.new_run)
        self._results = ResultHandler(self._jobs, self._shelf, trace)
        self._trace = trace
        self._termination = Termination(
            workers.links, workers.starter, self._abandon_all, self._release
        )
        self._released = Latch()
        self._thread = threading.Thread(target=self._run, name="poolproof-dispatcher", daemon=True)

    def start(self) -> None:
        """Start the loop; the workers are there already."""
        for link in self._workers.links:
            self._welcome(link)
        try:
            self._thread.start()
        except BaseException:  # no thread to be had: the workers must not stay (gh-82682)
            self._machine.apply(Event.TERMINATE)
            self._termination.run()
            raise

    # -- called by any thread

    def settle(self, result: AsyncResult, success: bool, value: Any) -> None:
        """Show an outcome to the caller, after its callback where there is one."""
        self._callbacks.settle(result, success, value)

    @property
    def traced(self) -> bool:
        """Tell whether the pool writes a trace."""
        return self._trace is not None

    def apply(self, call: Call) -> None:
        """Run a call whose outcome is waited for: in this thread, if a worker is idle."""
        # A trace is written by the loop alone.
        left = call if self.traced else self._direct.run(call)
        if left is not None:
            self.inbox.put_call(left)

    def close(self) -> None:
        """The pool closes: run what was submitted."""
        self.inbox.put(self._jobs.end_input)

    def drain(self) -> None:
        """A thread joins the closed pool: it cannot take results of imap meanwhile."""
        self.inbox.put(self._jobs.lift_windows)

    def repopulate(self) -> None:
        """Start missing workers, and wait until that was tried."""
        tried = Latch()
        self.inbox.put(tried.happen)
        tried.wait(STUCK_S)

    def hand_over(self) -> None:
        """The calling thread is about to wait: have nothing that only it could give back."""
        self._loans.hand_over()

    def terminate(self) -> None:
        """End everything now; returns when no worker is left."""
        self.inbox.wake()
        if self._thread is threading.current_thread():
            return  # a finalizer ran in the loop itself, which will see the state
        self._released.wait(STUCK_S)
        self._termination.run()

    def join(self) -> None:
        """Wait until the pool has ended."""
        self.inbox.wake()  # a signal handler may have raised before close() or terminate() could
        self._released.wait()
        if self._thread is not threading.current_thread():
            self._thread.join(STUCK_S)
        self._callbacks.join(STUCK_S if self._machine.state is PoolState.TERMINATE else None)

    @property
    def links(self) -> list[Link]:
        """The workers, for the pool's repr and for CPython's tests."""
        return list(self._workers.links)

    # -- the loop

    def _run(self) -> None:
        try:
            while not self._ended():
                self._turn()
        except BaseException:
            if not self._released.happened():  # a defect of the pool: nobody may wait for it
                self._machine.apply(Event.TERMINATE)
                raise
        finally:
            if self._machine.state is PoolState.TERMINATE:
                self._termination.run()
            else:
                self._release()

    def _ended(self) -> bool:
        state = self._machine.state
        if state is PoolState.TERMINATE:
            return True
        if state is PoolState.CLOSE and not len(self.inbox) and self._jobs.empty:
            links = self._workers.links
            if self._loans.reclaim(links) == links:
                self._workers.dismiss()
            return not self._workers.links
        return False

    def _turn(self) -> None:
        rung, fds = self._watch.wait(self._timeout_s())
        self.inbox.wake_up(rung)
        for fd in fds:
            if (link := self._watch.link(fd)) is not None:
                self._serve(link, fd)
        self._take_back()
        self._take_inbox()
        self._repopulate()
        self._jobs.sweep()
        room = self._tasks.refill(self._workers.links)
        self._relief.look(self._workers.links)
        # A pool without workers, broken or not yet whole, has none with room either; and yet
        # every call must be answered.
        self.inbox.feel(hungry=room or not self._workers.links)

    def _timeout_s(self) -> float | None:
        if not self.inbox.fall_asleep() or (self.inbox.hungry and self._jobs.has_fed_tasks()):
            return 0.0
        pauses = [self._workers.pause_s()] if self._workers.waiting_to_retry else []
        if self._loans.recalled:
            pauses.append(RECALL_S)
        if (pause_s := self._relief.pause_s) is not None:
            pauses.append(pause_s)
        return min(pauses, default=None)

    def _serve(self, link: Link, fd: int) -> None:
        if fd == link.death_fd:
            self._watch.no_death(link)
            link.lost = True
            if self._loans.reclaim([link]):
                self._bury(link)
            else:
                link.hang_up()
        elif self._results.drain(link) and link.ready:
            self._workers.became_ready()

    def _bury(self, link: Link) -> None:
        self._watch.no_results(link)
        self._workers.bury(link, self._results, self._jobs)

    def _take_back(self) -> None:
        """Serve the links that callers gave back with a frame out, or with a dead worker."""
        for link in self._loans.take_back():
            self._jobs.adopt(frame.job for frame in link.ledger)
            if not link.lost:
                self._results.drain(link)
        # Not only those that came back as lost: a worker may die while its link is given back.
        if lost := [link for link in self._workers.links if link.lost]:
            for link in self._loans.reclaim(lost):
                self._bury(link)

    def _take_inbox(self) -> None:
        inbox, jobs = self.inbox, self._jobs
        for _ in range(len(inbox)):
            entry = inbox.take()
            if isinstance(entry, Call):
                jobs.submit_call(entry)
            elif isinstance(entry, Job):
                jobs.submit(entry)
            else:
                entry()

    def _repopulate(self) -> None:
        if self._machine.state is PoolState.RUN or not self._jobs.empty:
            for link in self._workers.repopulate():
                self._welcome(link)
        if self._workers.broken is not None:
            self._abandon_jobs(self._workers.broken)

    def _welcome(self, link: Link) -> None:
        self._watch.results(link)
        self._watch.death(link)

    def _finish(self, job: Job) -> None:
        if self._jobs.drop(job):
            for link in self._workers.links:
                link.forget(job.call_id)
            job.conclude()

    # -- the end

    def _abandon_all(self) -> None:
        error = PoolTerminatedError("the pool was terminated before the outcome arrived")
        self._callbacks.abandon(error)
        self._abandon_jobs(error)
        self._loans.abandon(self._workers.links, error)
        self.inbox.abandon(error)

    def _abandon_jobs(self, error: BaseException) -> None:
        for job in self._jobs.drop_all():
            job.abandon(error)

    def _release(self) -> None:
        try:
            self._release_all()
        finally:
            self._released.happen()  # whatever fails, nobody may wait for ever

    def _release_all(self) -> None:
        for link in self._workers.links:
            self._results.trace_rest(link)
            for frame in list(link.ledger):
                self._shelf.take_from(frame)
        self._loans.close(self._workers.links)
        self._workers.links.clear()
        self._workers.starter.end()
        self._shelf.close()
        if self._trace is not None:
            self._trace.close()
        self._watch.close()
        self.inbox.close()
        self._callbacks.stop()
