"""The pool as its users see it: argument checks, and one method a kind of job.

No loop and no pipe is here.  Each method turns its call into a job, hands it
to the dispatcher and returns the handle.
"""

from __future__ import annotations

import itertools
import multiprocessing.util
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from ._apply_jobs import Call
from ._arguments import (
    check_maxtasksperchild,
    context_or_default,
    initializer_arguments,
    worker_count,
)
from ._calls import Uncallable
from ._dispatcher import Dispatcher
from ._results import AsyncResult, IMapIterator, IMapUnorderedIterator, MapResult
from ._state import Event, PoolState, StateMachine
from ._submission import submit_imap, submit_map
from ._trace import TraceWriter
from ._worker_handler import WorkerHandler

Callback = Callable[[Any], object]
ErrorCallback = Callable[[BaseException], object]

_EXIT_PRIORITY = 15  # at interpreter exit: before multiprocessing joins child processes, as stdlib


class Pool:
    """A process pool with the API of `multiprocessing.pool.Pool`.

    Guarantees: every method may be called from any thread.  Every job that was
    accepted ends, with its values or with an error that says what happened:
    whatever workers, tasks, pickles, callbacks and iterables do, and whoever
    terminates the pool.  No task runs twice.
    """

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: BaseContext | None = None,
        *,
        trace: str | os.PathLike[str] | None = None,
    ) -> None:
        """Start `processes` workers (default: one a usable CPU).

        trace: file to write which worker ran which item when; open it in
        Perfetto, or with `python -m reports timeline FILE`.

        Raises: ValueError and TypeError as the standard library does; whatever
        starting a process raises, with no process left behind.
        """
        self._machine = StateMachine()  # first: __del__ reads it whatever fails below
        size = worker_count(processes)
        check_maxtasksperchild(maxtasksperchild)
        arguments = initializer_arguments(initializer, initargs)
        context = context_or_default(context)
        self._pid = os.getpid()
        self._processes = size
        self._jobs = itertools.count(1)
        writer = None if trace is None else TraceWriter(trace)
        workers = WorkerHandler(
            context,
            size,
            (initializer, arguments),
            maxtasksperchild,
            writer,
        )
        workers.start_all()
        self._dispatcher = Dispatcher(self._machine, workers, size, writer)
        # Before the loop runs: a worker may die at once, and only a running pool replaces it.
        self._machine.apply(Event.STARTED)
        self._dispatcher.start()
        self._finalize = multiprocessing.util.Finalize(
            self, _terminate, args=(self._machine, self._dispatcher), exitpriority=_EXIT_PRIORITY
        )

    # -- jobs

    def apply(
        self, func: Callable[..., Any], args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}
    ) -> Any:
        """Return `func(*args, **kwds)`, run in a worker."""
        self._check_running()
        result = AsyncResult(self, next(self._jobs))
        call = func if callable(func) else Uncallable(func)
        self._dispatcher.apply(Call((call, args, kwds), result))
        return result.get()

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> AsyncResult:
        """Run `func(*args, **kwds)` in a worker; return a handle at once."""
        self._check_running()
        result = AsyncResult(self, next(self._jobs), callback, error_callback)
        call = func if callable(func) else Uncallable(func)
        self._dispatcher.inbox.put_call(Call((call, args, kwds), result))
        return result

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Return `[func(item) for item in iterable]`, run in the workers."""
        return self.map_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]  # a list

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callback | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> MapResult:
        """As `map`; return a handle at once."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=False)

    def starmap(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Return `[func(*item) for item in iterable]`, run in the workers."""
        return self.starmap_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]  # a list

    def starmap_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
        callback: Callback | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> MapResult:
        """As `starmap`; return a handle at once."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=True)

    def imap(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> IMapIterator:
        """Return an iterator of `func(item)`, in the order of the input.

        buffersize: tasks that may be drawn from the input and not yet taken
        from the iterator; default: as many as keep the workers busy.
        """
        iterator = IMapIterator(self)
        self._imap(iterator, func, iterable, chunksize, buffersize)
        return iterator

    def imap_unordered(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> IMapUnorderedIterator:
        """As `imap`, in the order of completion."""
        iterator = IMapUnorderedIterator(self)
        self._imap(iterator, func, iterable, chunksize, buffersize)
        return iterator

    def _map(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None,
        callback: Callback | None,
        error_callback: ErrorCallback | None,
        *,
        star: bool,
    ) -> MapResult:
        self._check_running()
        result = MapResult(self, next(self._jobs), callback, error_callback)
        submit_map(self._dispatcher, result, func, iterable, chunksize, self._processes, star=star)
        return result

    def _imap(
        self,
        iterator: IMapIterator,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int,
        buffersize: int | None,
    ) -> None:
        self._check_running()
        submit_imap(
            self._dispatcher,
            iterator,
            next(self._jobs),
            func,
            iterable,
            chunksize,
            buffersize,
            self._processes,
        )

    # -- the end

    def close(self) -> None:
        """Take no more jobs; workers exit when all jobs are done."""
        if self._machine.apply(Event.CLOSE) is PoolState.RUN:
            self._dispatcher.close()

    def terminate(self) -> None:
        """Stop the workers now; every job that has no outcome ends with PoolTerminatedError."""
        self._finalize()

    def join(self) -> None:
        """Wait until the workers have exited.

        Raises: ValueError before close() or terminate().
        """
        state = self._machine.state
        if state is PoolState.RUN:
            raise ValueError("Pool is still running: expected close() or terminate() before join()")
        self.check_process()
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
        # Without a machine, __init__ was called with arguments it does not take.
        if "_machine" in self.__dict__ and self._machine.state is PoolState.RUN:
            warnings.warn(
                f"unclosed running multiprocessing pool {self!r}",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
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
        if os.getpid() != self._pid:
            raise RuntimeError(
                f"this pool belongs to process {self._pid}: expected its use there, got it in "
                f"process {os.getpid()}, a fork without the pool's threads; create a pool here"
            )

    def wake(self) -> None:
        """Make the dispatcher look at its jobs."""
        self._dispatcher.inbox.wake()

    def _check_running(self) -> None:
        self.check_process()
        if self._machine.state is not PoolState.RUN:
            raise ValueError(
                f"Pool not running: expected state RUN, got {self._machine.state.value}"
            )

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
