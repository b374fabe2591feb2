"""What a caller holds: result handles; for iterators see `iterators`.

Guarantees: the dispatcher (or the callback thread) settles a handle, any
thread may wait for it, and there is no lock between them: an outcome is one
attribute, stored before the waiters are released, and a waiter looks for it
once more after it has queued up.  So a Ctrl-C in a waiting thread can leave
nothing locked.
"""

from __future__ import annotations

from _thread import LockType
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import TimeoutError as PoolTimeoutError
from typing import Any, Generic, Protocol, TypeVar

from .._wording import got
from .waiting import release, wait

_CONTEXT = vars(BaseException)["__context__"]  # whatever a class of the user's makes of that name

_T_co = TypeVar("_T_co", covariant=True)

#: function, arguments, keyword arguments
Task = tuple[Callable[..., Any], Iterable[Any], Mapping[str, Any]]


class Owner(Protocol):
    """What a handle needs of its pool."""

    def about_to_wait(self) -> None:
        """Called by a thread before it waits for an outcome.

        Raises: RuntimeError in a process that did not create the pool.
        """

    def wake(self) -> None:
        """Make the dispatcher look at its jobs."""


class AsyncResult(Generic[_T_co]):
    """The result of one job, now or later.  As `multiprocessing.pool.AsyncResult`.

    A caller may note attributes of its own on it; what begins with `pool_` is the pool's.
    """

    __slots__ = (
        "__dict__",  # for what a caller notes on a handle
        "__weakref__",
        "_callback",
        "_error_callback",
        "_locks",
        "_outcome",
        "_pool",
        "has_callback",
        "pool_call",
        "pool_job",
    )

    def __init__(
        self,
        pool: Owner,
        job: int,
        callback: Callable[[Any], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> None:
        self.pool_job = job
        #: of an apply job that no worker has yet: what is to be called, and with what
        self.pool_call: Task | None = None
        # Keeps the pool alive while a result is due (gh-79559).
        self._pool: Owner | None = pool
        self._outcome: tuple[bool, Any] | None = None
        self._callback = callback
        self._error_callback = error_callback
        #: user code must run before the outcome is shown
        self.has_callback = callback is not None or error_callback is not None
        self._locks: list[LockType] = []

    @property
    def job(self) -> int:
        """The number of the job, as errors and traces name it."""
        return self.pool_job

    def ready(self) -> bool:
        """Tell whether the outcome is here."""
        return self._outcome is not None

    def successful(self) -> bool:
        """Tell whether the job ended without an error.

        Raises: ValueError when the outcome is not here yet.
        """
        if self._outcome is None:
            raise ValueError(f"{self!r} not ready: expected successful() after the result is ready")
        return self._outcome[0]

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the outcome is here, or for `timeout` seconds."""
        if self._outcome is None:
            if self._pool is not None and timeout != 0:
                self._pool.about_to_wait()
            wait(self._locks, self.ready, timeout)

    def get(self, timeout: float | None = None) -> _T_co:
        """Return the value of the job, or raise its error.

        Raises: multiprocessing.TimeoutError after `timeout` seconds.
        """
        self.wait(timeout)
        if self._outcome is None:
            raise PoolTimeoutError(f"no result within {timeout} s")
        success, value = self._outcome
        if success:
            return value  # type: ignore[no-any-return]  # as the task has made it
        raise value

    def settle(self, success: bool, value: Any) -> None:
        """Show the outcome and release the waiters; the first outcome stays."""
        if self._outcome is None:
            self._outcome = (success, value)
        self._callback = self._error_callback = self._pool = self.pool_call = None
        if self._locks:
            release(self._locks)

    def run_callback(self, success: bool, value: Any) -> None:
        """Run the callback that fits, then settle.

        An error of the callback becomes the result (as CPython 3.16, gh-83371).
        """
        try:
            if success:
                _call("callback", self._callback, value)
            else:
                _call("error_callback", self._error_callback, value)
        except BaseException as error:  # noqa: BLE001  user code; it must not end this thread
            if not success and _CONTEXT.__get__(error) is None:
                _CONTEXT.__set__(error, value)
            success, value = False, error
        self.settle(success, value)


def _call(name: str, callback: Any, value: Any) -> None:
    if callable(callback):
        callback(value)
    elif callback:  # False or 0 is none, and no error in the standard library
        raise TypeError(f"{name}: expected a callable or None, {got(callback)}")


ApplyResult = AsyncResult


class MapResult(AsyncResult[list[_T_co]]):
    """The result of a `map` job: the list of all values, or the first error."""

    __slots__ = ()

    #: tasks without an outcome; of more than one the job counts them, in the handle's `__dict__`
    pool_left = 1

    @property
    def _number_left(self) -> int:
        """Tasks without an outcome: what recipes for a progress bar read."""
        return 0 if self.ready() else self.pool_left
