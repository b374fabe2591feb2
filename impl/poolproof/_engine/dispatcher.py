"""The dispatcher: the thread that runs a pool's loop, and what other threads ask of it."""

from __future__ import annotations

import _thread
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from .._errors import PoolTerminatedError
from .._front.callbacks import CallbackRunner
from .._front.results import AsyncResult
from .._front.state import Event, PoolState, StateMachine
from .._front.waiting import Latch
from .._link.link import Link
from .direct import DirectCalls
from .inbox import Inbox
from .loop import Loop
from .shutdown import ATTEMPTS, Termination
from .worker_handler import WorkerHandler

if TYPE_CHECKING:
    from .trace import TraceWriter

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
        #: the pool writes a trace
        self.traced = trace is not None
        self._callbacks = CallbackRunner()
        #: where other threads put jobs
        self.inbox = Inbox()
        try:
            self._loop = Loop(machine, workers, size, self.inbox, self._callbacks, trace)
        except OSError:
            self.inbox.close()
            raise
        self._direct = DirectCalls(self._loop.loans, self._loop.jobs.new_run)
        self._termination = Termination(
            workers.links, workers.starter, self._abandon, self._release
        )
        self._released = Latch()
        self._thread = threading.Thread(target=self._run, name="poolproof-dispatcher", daemon=True)

    def start(self) -> None:
        """Start the loop; the workers are there already."""
        self._loop.begin()
        try:
            self._thread.start()
        except BaseException:  # no thread to be had: the workers must not stay (gh-82682)
            self._machine.apply(Event.TERMINATE)
            if self._thread.is_alive():  # a signal handler has raised, and the loop may be asleep
                self.terminate()
            else:
                self._termination.run()
            raise

    # -- called by any thread

    def settle(self, result: AsyncResult[Any], success: bool, value: Any) -> None:
        """Show an outcome to the caller, after its callback where there is one."""
        if not result.has_callback or threading.current_thread() is self._thread:
            self._callbacks.settle(result, success, value)
        else:  # so that the dispatcher alone starts the callbacks' thread
            self.inbox.put(partial(self._callbacks.settle, result, success, value))

    def apply(self, result: AsyncResult[Any]) -> None:
        """Run a call whose outcome is waited for: in this thread, if a worker is idle."""
        # A trace is written by the loop alone; and what was submitted before goes first.
        direct = self.inbox.quiet() and not self.traced
        left = self._direct.run(result) if direct else result
        if isinstance(left, AsyncResult):
            self.inbox.put_call(left)
        elif left is not None:
            self.inbox.put(left)

    def close(self) -> None:
        """The pool closes: run what was submitted."""
        self.inbox.put(self._loop.jobs.end_input)

    def drain(self) -> None:
        """A thread joins the closed pool: it cannot take results of imap meanwhile."""
        self.inbox.put(self._loop.jobs.lift_windows)

    def repopulate(self) -> None:
        """Start missing workers, and wait until that was tried."""
        tried = Latch()
        self.inbox.put(tried.happen)
        tried.wait(STUCK_S)

    def hand_over(self) -> None:
        """The calling thread is about to wait: have nothing that only it could give back.

        Raises: RuntimeError in the thread that would bring what is waited for.
        """
        if self._thread is threading.current_thread():
            raise RuntimeError(
                "a method that pickles an argument, or loads a result, waits for this pool: "
                "expected no wait in the thread that takes its results, where it would be for ever"
            )
        self._loop.loans.hand_over()

    def terminate(self) -> None:
        """End everything now; returns when no worker is left."""
        self.inbox.wake()
        if self._thread is threading.current_thread():
            return  # a finalizer ran in the loop itself, which will see the state
        if not self._released.wait(STUCK_S):
            self._stand_in()
        elif self._thread.ident is not None:  # it was started
            # Who forks next, for another pool perhaps, is warned of a second thread (3.12).
            self._thread.join(STUCK_S)
            self._callbacks.join(STUCK_S)

    def _stand_in(self) -> None:
        """End the pool in place of a loop that is stuck in user code."""
        try:
            # In a thread of its own: a signal handler that raises here would end the end.
            _thread.start_new_thread(self._termination.run, ())
        except (RuntimeError, MemoryError):  # none to be had, or the interpreter ends
            self._termination.run()
        self._released.wait()

    def join(self) -> None:
        """Wait until the pool has ended."""
        self.inbox.wake()  # a signal handler may have raised before close() or terminate() could
        if self._machine.state is PoolState.TERMINATE:
            self.terminate()
        self._released.wait()
        if self._thread is not threading.current_thread():
            self._thread.join(STUCK_S)
        self._callbacks.join(STUCK_S if self._machine.state is PoolState.TERMINATE else None)

    @property
    def links(self) -> list[Link]:
        """The workers, for the pool's repr and for CPython's tests."""
        return list(self._workers.links)

    # -- its thread

    def _run(self) -> None:
        end = self._give_up
        try:
            while not self._loop.ended():
                self._loop.turn()
            if self._machine.state is PoolState.CLOSE:
                end = self._release
        except BaseException:
            if not self._released.happened():  # else another thread has ended the pool meanwhile
                raise
        finally:
            for _ in range(ATTEMPTS):  # whatever fails, nobody may wait for ever
                with suppress(MemoryError):
                    end()
                    break

    # -- the end

    def _give_up(self) -> None:
        # In a pool that runs the loop has failed: for want of memory, or it has a defect.
        self._machine.apply(Event.TERMINATE)
        self._termination.run()

    def _abandon(self) -> None:
        error = PoolTerminatedError("the pool was terminated before the outcome arrived")
        self._callbacks.abandon()
        self._loop.abandon(error)
        self.inbox.abandon(error)

    def _release(self) -> None:
        try:
            self._loop.release()
            self.inbox.close()
            self._callbacks.stop()
        finally:
            self._released.happen()  # whatever fails, nobody may wait for ever
