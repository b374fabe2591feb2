"""What several broken pools share: the stdlib's pool, to hang a flaw on.

`WrappingPool` hands out handles and iterators that pass every call on: a flaw overrides one.
`CallbackPool` puts something around every callback.
"""

import multiprocessing.pool
from collections.abc import Callable, Iterator
from typing import Any, Self

Callback = Callable[[Any], object]


class Handle:
    """The stdlib's result handle, passed on."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def get(self, timeout: float | None = None) -> Any:
        """Pass it on."""
        return self._handle.get(timeout)

    def wait(self, timeout: float | None = None) -> None:
        """Pass it on."""
        self._handle.wait(timeout)

    def ready(self) -> bool:
        """Pass it on."""
        return bool(self._handle.ready())

    def successful(self) -> bool:
        """Pass it on."""
        return bool(self._handle.successful())


class Stream:
    """The stdlib's iterator, passed on."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self, timeout: float | None = None) -> Any:
        """Pass it on; the stdlib's takes a timeout with a chunksize of 1 only."""
        return next(self._stream) if timeout is None else self._stream.next(timeout)


class WrappingPool(multiprocessing.pool.Pool):
    """Hands out what `handle` and `stream` make of the stdlib's."""

    def handle(self, handle: Any) -> Any:
        """Return the handle to hand out."""
        return handle

    def stream(self, stream: Any) -> Iterator[Any]:
        """Return the iterator to hand out."""
        return stream  # type: ignore[no-any-return]

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out a handle."""
        return self.handle(super().apply_async(*args, **kwargs))

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out a handle."""
        return self.handle(super().map_async(*args, **kwargs))

    def starmap_async(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out a handle."""
        return self.handle(super().starmap_async(*args, **kwargs))

    def imap(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out an iterator."""
        return self.stream(super().imap(*args, **kwargs))

    def imap_unordered(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out an iterator."""
        return self.stream(super().imap_unordered(*args, **kwargs))


class CallbackPool(multiprocessing.pool.Pool):
    """Passes on what `around` makes of each callback."""

    def around(self, callback: Callback) -> Callback:
        """Return the callback to call instead."""
        return callback

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Submit with other callbacks."""
        return super().apply_async(*args, **self._with_others(kwargs))

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Submit with other callbacks."""
        return super().map_async(*args, **self._with_others(kwargs))

    def starmap_async(self, *args: Any, **kwargs: Any) -> Any:
        """Submit with other callbacks."""
        return super().starmap_async(*args, **self._with_others(kwargs))

    def _with_others(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.around(value) if name.endswith("callback") and value else value
            for name, value in options.items()
        }
