"""`mpire.WorkerPool` behind the Pool API.

mpire unpacks an item that is a tuple, so `map` wraps each one as mpire's manual says
(`make_single_arguments`).  The pool is opened with `keep_alive`, without which each map starts
workers anew.  mpire takes the initializer with each call and runs one map at a time.
"""

import importlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from functools import partial
from types import TracebackType
from typing import Any, Self

Task = Callable[..., Any]
Callback = Callable[[Any], object]


class MpireHandle:
    """The face of an mpire result handle, whose timeout is the builtin TimeoutError.

    Guarantees: as thread-safe as the handle; adds no state of its own.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.wait = handle.wait
        self.ready = handle.ready
        self.successful = handle.successful

    def get(self, timeout: float | None = None) -> Any:
        """Return the value or raise the task's exception.

        Raises multiprocessing.TimeoutError when neither is there after `timeout` seconds.
        """
        self._handle.wait(timeout)
        if not self._handle.ready():
            raise multiprocessing.TimeoutError
        return self._handle.get()


class MpirePool:
    """The face of an mpire pool.

    Guarantees: none across threads, as mpire itself.
    """

    def __init__(self, pool: Any, worker_init: Callable[[], object] | None) -> None:
        self._pool = pool
        self._options = {} if worker_init is None else {"worker_init": worker_init}
        self.terminate = pool.terminate

    def apply(self, func: Task, args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}) -> Any:
        """Run one call and return its value."""
        return self._pool.apply(func, tuple(args), dict(kwds), **self._options)

    def apply_async(
        self,
        func: Task,
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback | None = None,
        error_callback: Callback | None = None,
    ) -> MpireHandle:
        """Start one call."""
        options = {"callback": callback, "error_callback": error_callback, **self._options}
        return MpireHandle(self._pool.apply_async(func, tuple(args), dict(kwds), **options))

    def map(self, func: Task, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Return the values in the order of the items."""
        return self._list(func, _wrapped(iterable), chunksize)

    def starmap(
        self, func: Task, iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> list[Any]:
        """Return the values in order, each item unpacked into arguments."""
        return self._list(func, map(tuple, iterable), chunksize)

    def imap(
        self, func: Task, iterable: Iterable[Any], chunksize: int | None = None
    ) -> Iterator[Any]:
        """Return mpire's iterator over the values in the order of the items."""
        return self._iterator(self._pool.imap, func, iterable, chunksize)

    def imap_unordered(
        self, func: Task, iterable: Iterable[Any], chunksize: int | None = None
    ) -> Iterator[Any]:
        """Return mpire's iterator over the values as they become ready."""
        return self._iterator(self._pool.imap_unordered, func, iterable, chunksize)

    def join(self) -> None:
        """Let the jobs under way end, then the workers (mpire's `stop_and_join`)."""
        self._pool.stop_and_join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.terminate()

    def _list(self, func: Task, arguments: Iterable[Any], chunksize: int | None) -> list[Any]:
        values: list[Any] = self._pool.map(
            func,
            list(arguments),
            chunk_size=chunksize,
            concatenate_numpy_output=False,
            **self._options,
        )
        return values

    def _iterator(
        self,
        method: Callable[..., Iterator[Any]],
        func: Task,
        iterable: Iterable[Any],
        chunksize: int | None,
    ) -> Iterator[Any]:
        length = len(iterable) if isinstance(iterable, Sized) else None
        return method(
            func, _wrapped(iterable), iterable_len=length, chunk_size=chunksize, **self._options
        )


def open_pool(
    target: Callable[..., Any],
    processes: int | None,
    start_method: str,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
) -> MpirePool:
    """Return the pool with a face."""
    pool = target(n_jobs=processes, start_method=start_method, keep_alive=True)
    return MpirePool(pool, initializer and partial(initializer, *initargs))


def release() -> None:
    """Stop the thread that watches over progress bars, shown or not, of this process."""
    bars = importlib.import_module("mpire.tqdm_utils").get_tqdm(None)
    if bars.monitor is not None:
        bars.monitor.exit()
        bars.monitor = None


def _wrapped(iterable: Iterable[Any]) -> Iterable[Any]:
    arguments: Iterable[Any] = importlib.import_module("mpire.utils").make_single_arguments(
        iterable
    )
    return arguments
