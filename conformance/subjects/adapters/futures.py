"""The Pool API as far as futures carry it: shared by every engine that hands out futures."""

import concurrent.futures
import multiprocessing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import methodcaller
from types import TracebackType
from typing import Any, Self

Future = concurrent.futures.Future[Any]
Task = Callable[..., Any]
Callback = Callable[[Any], object]


class FutureHandle:
    """The face of an `AsyncResult` over one future.

    Guarantees: as thread-safe as the future it holds; adds no state of its own.
    """

    def __init__(self, future: Future) -> None:
        self._future = future

    def get(self, timeout: float | None = None) -> Any:
        """Return the value or raise the task's exception.

        Raises multiprocessing.TimeoutError when neither is there after `timeout` seconds.
        """
        if not self.wait(timeout):
            raise multiprocessing.TimeoutError
        return self._future.result()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the outcome is there or `timeout` seconds have passed; say if it is there."""
        return bool(concurrent.futures.wait([self._future], timeout).done)

    def ready(self) -> bool:
        """Say if the outcome is there."""
        return self._future.done()

    def successful(self) -> bool:
        """Did the task end without an exception?  Raises ValueError while it has not ended."""
        if not self.ready():
            raise ValueError(f"expected a result that is ready, got {self._future!r}")
        return not self._future.cancelled() and self._future.exception() is None


class FuturesPool(ABC):
    """A pool whose engine hands out `concurrent.futures` futures.

    Guarantees: as thread-safe as the engine; adds no state of its own.
    """

    @abstractmethod
    def _submit(self, func: Task, args: tuple[Any, ...], kwds: Mapping[str, Any]) -> Future:
        """Start one call."""

    @abstractmethod
    def _map(
        self, func: Task, iterables: Iterable[Iterable[Any]], chunksize: int | None
    ) -> Iterator[Any]:
        """Return the engine's own ordered map over `zip(*iterables)`."""

    @abstractmethod
    def join(self) -> None:
        """Let the jobs under way end, then the workers."""

    def apply(self, func: Task, args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}) -> Any:
        """Run one call and return its value."""
        return self._submit(func, tuple(args), kwds).result()

    def apply_async(
        self,
        func: Task,
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback | None = None,
        error_callback: Callback | None = None,
    ) -> FutureHandle:
        """Start one call; the callbacks are the future's own."""
        future = self._submit(func, tuple(args), kwds)
        if callback is not None or error_callback is not None:
            future.add_done_callback(partial(_call_back, callback, error_callback))
        return FutureHandle(future)

    def map(self, func: Task, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Return the values in the order of the items."""
        return list(self._map(func, [iterable], chunksize))

    def starmap(
        self, func: Task, iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> list[Any]:
        """Return the values in order, each item unpacked into arguments (all of one length)."""
        return list(self._map(func, zip(*iterable, strict=True), chunksize))

    def imap(self, func: Task, iterable: Iterable[Any], chunksize: int = 1) -> Iterator[Any]:
        """Return the engine's iterator over the values in the order of the items."""
        return self._map(func, [iterable], chunksize)

    def imap_unordered(self, func: Task, iterable: Iterable[Any]) -> Iterator[Any]:
        """Return an iterator over the outcomes as they come; it goes on behind an exception."""
        futures = [self._submit(func, (item,), {}) for item in iterable]
        return map(methodcaller("result"), concurrent.futures.as_completed(futures))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.join()


def _call_back(callback: Callback | None, error_callback: Callback | None, future: Future) -> None:
    error = future.exception()
    if error is not None:
        if error_callback is not None:
            error_callback(error)
    elif callback is not None:
        callback(future.result())
