"""Is no subclass of the stdlib's pool, nor are its handles: public methods are all it has."""

import multiprocessing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, Self

Func = Callable[..., Any]
Callback = Callable[[Any], object] | None


class _Handle:
    """A result handle."""

    def __init__(self, behind: Any) -> None:
        self.get = behind.get
        self.wait = behind.wait
        self.ready = behind.ready
        self.successful = behind.successful


class _Stream:
    """What imap gives."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._behind)

    def next(self, timeout: float | None = None) -> Any:
        """Wait for the next result."""
        return self._behind.next(timeout)


class Pool:
    """Might have been written from scratch, for all that anybody can see."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Func | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        make = (context or multiprocessing).Pool
        self._behind = make(processes, initializer, initargs, maxtasksperchild)

    def __reduce__(self) -> NoReturn:
        raise NotImplementedError("a pool cannot be pickled")

    def apply(self, func: Func, args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}) -> Any:
        """Run one task."""
        return self._behind.apply(func, args, kwds)

    def apply_async(
        self,
        func: Func,
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> _Handle:
        """Submit one task."""
        return _Handle(self._behind.apply_async(func, args, kwds, callback, error_callback))

    def map(self, func: Func, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Run a task an item."""
        results: list[Any] = self._behind.map(func, iterable, chunksize)
        return results

    def map_async(
        self,
        func: Func,
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> _Handle:
        """Submit a task an item."""
        job = self._behind.map_async(func, iterable, chunksize, callback, error_callback)
        return _Handle(job)

    def starmap(
        self, func: Func, iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> list[Any]:
        """Run a task an item, the item being the arguments."""
        results: list[Any] = self._behind.starmap(func, iterable, chunksize)
        return results

    def starmap_async(
        self,
        func: Func,
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> _Handle:
        """Submit a task an item, the item being the arguments."""
        job = self._behind.starmap_async(func, iterable, chunksize, callback, error_callback)
        return _Handle(job)

    def imap(self, func: Func, iterable: Iterable[Any], chunksize: int = 1) -> _Stream:
        """Give the results in order."""
        return _Stream(self._behind.imap(func, iterable, chunksize))

    def imap_unordered(self, func: Func, iterable: Iterable[Any], chunksize: int = 1) -> _Stream:
        """Give the results as they come."""
        return _Stream(self._behind.imap_unordered(func, iterable, chunksize))

    def close(self) -> None:
        """Take no more jobs."""
        self._behind.close()

    def terminate(self) -> None:
        """End at once."""
        self._behind.terminate()

    def join(self) -> None:
        """Wait for the workers to end."""
        self._behind.join()

    def __enter__(self) -> Self:
        self._behind.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._behind.terminate()
