"""The life of a pool: how it begins, who may use it meanwhile, and how it ends.

Apart from `pool.py`, which has the jobs.
"""

from __future__ import annotations

import multiprocessing.util
import os
import warnings
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .._front.state import Event, PoolState, StateMachine

if TYPE_CHECKING:
    from .dispatcher import Dispatcher

_EXIT_PRIORITY = 15  # at interpreter exit: before multiprocessing joins child processes, as stdlib


class _Here:
    """This process: to ask the system takes longer than all else that a call has to check."""

    pid = os.getpid()

    @classmethod
    def forked(cls) -> None:
        cls.pid = os.getpid()


os.register_at_fork(after_in_child=_Here.forked)


class Lifetime:
    """What a pool is, apart from the jobs it takes."""

    def __init__(self) -> None:
        self._pid = _Here.pid
        self._left_open = False  # it began, and the program has called neither close nor terminate
        self._machine = StateMachine()  # last: __del__ asks for it first

    def _begin(self, dispatcher: Dispatcher) -> None:
        """The workers are there: run."""
        self._dispatcher = dispatcher
        # Before the loop runs: a worker may die at once, and only a running pool replaces it.
        self._machine.apply(Event.STARTED)
        dispatcher.start()
        self._finalize = multiprocessing.util.Finalize(
            self, _terminate, args=(self._machine, dispatcher), exitpriority=_EXIT_PRIORITY
        )
        self._left_open = True

    # -- the end

    def close(self) -> None:
        """Take no more jobs; workers exit when all jobs are done."""
        self._left_open = False
        if self._machine.apply(Event.CLOSE) is PoolState.RUN:
            self._dispatcher.close()

    def terminate(self) -> None:
        """Stop the workers now; every job that has no outcome ends with PoolTerminatedError."""
        if self._pid != _Here.pid:
            return  # the workers are the parent's
        self._left_open = False
        # Not by the finalizer, which runs once: a signal handler may raise out of that.
        _terminate(self._machine, self._dispatcher)
        self._finalize.cancel()

    def join(self) -> None:
        """Wait until the workers have exited.

        Raises: ValueError before close() or terminate(); RuntimeError in a process that did not
        create the pool.
        """
        self.check_process()
        state = self._machine.state
        if state is PoolState.RUN:
            raise ValueError("Pool is still running: expected close() or terminate() before join()")
        self._dispatcher.hand_over()
        if state is PoolState.CLOSE:
            self._dispatcher.drain()
        self._dispatcher.join()

    def __enter__(self) -> Self:
        self._check_running()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.terminate()

    def __del__(self) -> None:
        if "_machine" not in self.__dict__:  # __init__ was called with arguments it does not take
            return
        runs = self._machine.state is PoolState.RUN
        if runs or self._left_open:  # the exit of the interpreter may have ended it
            warnings.warn(
                f"unclosed running multiprocessing pool {self!r}",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
        if runs:
            self._dispatcher.inbox.wake()

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    def __repr__(self) -> str:
        cls = type(self)
        return (
            f"<{cls.__module__}.{cls.__qualname__} state={self._machine.state.value} "
            f"pool_size={len(self._pool)}>"
        )

    # -- what handles need of their pool

    def check_process(self) -> None:
        """Raise RuntimeError in a process that did not create the pool."""
        if self._pid != _Here.pid:
            raise RuntimeError(
                f"this pool belongs to process {self._pid}: expected its use there, got it in "
                f"process {_Here.pid}, a fork without the pool's threads; create a pool here"
            )

    def about_to_wait(self) -> None:
        """Called by a thread before it waits for an outcome.

        Raises: RuntimeError in a process that did not create the pool, and in the thread that would
        bring the outcome.
        """
        self.check_process()
        self._dispatcher.hand_over()

    def wake(self) -> None:
        """Make the dispatcher look at its jobs."""
        self._dispatcher.inbox.wake()

    def _check_running(self) -> None:
        # Every call comes through here: one that is all right calls nothing more.
        if self._machine.state is PoolState.RUN and self._pid == _Here.pid:
            return
        self.check_process()
        raise ValueError(f"Pool not running: expected state RUN, got {self._machine.state.value}")

    # -- what CPython's own tests look at

    @property
    def _pool(self) -> list[BaseProcess]:
        return [link.process for link in self._dispatcher.links]

    @property
    def _state(self) -> PoolState:
        return self._machine.state

    @_state.setter
    def _state(self, state: str) -> None:
        self._machine.force(state)

    def _repopulate_pool(self) -> None:
        self._dispatcher.repopulate()


def _terminate(machine: StateMachine, dispatcher: Dispatcher) -> None:
    # Not a method: a finalizer that knew its pool would keep it alive.
    machine.apply(Event.TERMINATE)
    dispatcher.terminate()
