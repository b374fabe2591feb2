"""The pool as its users see it: argument checks, and one method a kind of job.

No loop and no pipe is here.  Each method turns its call into a job, hands it
to the dispatcher and returns the handle.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from ._engine.lifetime import Lifetime
from ._engine.submission import submit_imap, submit_map
from ._front.arguments import (
    check_maxtasksperchild,
    context_or_default,
    initializer_arguments,
    worker_count,
)
from ._front.iterators import IMapIterator, IMapUnorderedIterator
from ._front.results import AsyncResult, MapResult
from ._wire.calls import Uncallable

_S = TypeVar("_S")
_T = TypeVar("_T")
ErrorCallback = Callable[[BaseException], object]


class Pool(Lifetime):
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
        super().__init__()  # first: __del__ reads the state whatever fails below
        size = worker_count(processes)
        check_maxtasksperchild(maxtasksperchild)
        worker_args = initializer, initializer_arguments(initializer, initargs)
        context = context_or_default(context)
        if type(self).Process is not Pool.Process:
            from ._process.own_processes import with_processes  # noqa: PLC0415  few override it

            context = with_processes(context, self.Process)
        self._processes = size
        self._ctx = context
        self._jobs = itertools.count(1)
        from ._engine.engine import start  # noqa: PLC0415  loaded with the first pool: see there

        self._begin(start(self._machine, context, size, worker_args, maxtasksperchild, trace))

    @property  # type: ignore[misc]  # nobody assigns a pool another class
    def __class__(self) -> type:
        """The standard library's class: libraries ask whether a pool is an instance of it.

        A subclass is what it is, for its methods may find their own class by this.
        """
        if type(self) is not Pool:
            return type(self)
        from multiprocessing.pool import Pool as Original  # noqa: PLC0415  loaded with a pool

        return Original

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *dir(type(self))})

    @staticmethod
    def Process(ctx: BaseContext, *args: Any, **kwds: Any) -> BaseProcess:  # noqa: N802  as the standard library
        """Make the process of a worker: for subclasses to override."""
        process: BaseProcess = ctx.Process(*args, **kwds)  # type: ignore[attr-defined]  # every concrete context has it
        return process

    def apply(
        self, func: Callable[..., _T], args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}
    ) -> _T:
        """Return `func(*args, **kwds)`, run in a worker."""
        if type(self).apply_async is not Pool.apply_async:  # as the standard library calls it
            return self.apply_async(func, args, kwds).get()
        self._check_running()
        result: AsyncResult[_T] = AsyncResult(self, next(self._jobs))
        call = func if callable(func) else Uncallable(func)
        result.pool_call = call, args, kwds
        self._dispatcher.apply(result)
        return result.get()

    def apply_async(
        self,
        func: Callable[..., _T],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callable[[_T], object] | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> AsyncResult[_T]:
        """Run `func(*args, **kwds)` in a worker; return a handle at once."""
        self._check_running()
        result: AsyncResult[_T] = AsyncResult(self, next(self._jobs), callback, error_callback)
        call = func if callable(func) else Uncallable(func)
        result.pool_call = call, args, kwds
        self._dispatcher.inbox.put_call(result)
        return result

    def map(
        self, func: Callable[[_S], _T], iterable: Iterable[_S], chunksize: int | None = None
    ) -> list[_T]:
        """Return `[func(item) for item in iterable]`, run in the workers."""
        # Not by `map_async`, which a subclass may override beside this: as the standard library.
        return self._map(func, iterable, chunksize, None, None, star=False).get()

    def map_async(
        self,
        func: Callable[[_S], _T],
        iterable: Iterable[_S],
        chunksize: int | None = None,
        callback: Callable[[list[_T]], object] | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> MapResult[_T]:
        """As `map`; return a handle at once."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=False)

    def starmap(
        self,
        func: Callable[..., _T],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
    ) -> list[_T]:
        """Return `[func(*item) for item in iterable]`, run in the workers."""
        return self._map(func, iterable, chunksize, None, None, star=True).get()

    def starmap_async(
        self,
        func: Callable[..., _T],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
        callback: Callable[[list[_T]], object] | None = None,
        error_callback: ErrorCallback | None = None,
    ) -> MapResult[_T]:
        """As `starmap`; return a handle at once."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=True)

    def imap(
        self,
        func: Callable[[_S], _T],
        iterable: Iterable[_S],
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> IMapIterator[_T]:
        """Return an iterator of `func(item)`, in the order of the input.

        buffersize: tasks that may be drawn from the input and not yet taken
        from the iterator; default: of a list what weighs 16 MiB a worker, else
        what the workers do in about 40 ms (of quick items tens of thousands);
        64 a worker at least.
        """
        iterator: IMapIterator[_T] = IMapIterator(self)
        self._imap(iterator, func, iterable, chunksize, buffersize)
        return iterator

    def imap_unordered(
        self,
        func: Callable[[_S], _T],
        iterable: Iterable[_S],
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> IMapUnorderedIterator[_T]:
        """As `imap`, in the order of completion."""
        iterator: IMapUnorderedIterator[_T] = IMapUnorderedIterator(self)
        self._imap(iterator, func, iterable, chunksize, buffersize)
        return iterator

    def _map(
        self,
        func: Callable[..., _T],
        iterable: Iterable[Any],
        chunksize: int | None,
        callback: Callable[[list[_T]], object] | None,
        error_callback: ErrorCallback | None,
        *,
        star: bool,
    ) -> MapResult[_T]:
        self._check_running()
        result: MapResult[_T] = MapResult(self, next(self._jobs), callback, error_callback)
        submit_map(self._dispatcher, result, func, iterable, chunksize, self._processes, star=star)
        return result

    def _imap(
        self,
        iterator: IMapIterator[Any],
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
