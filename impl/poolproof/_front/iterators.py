"""What a caller of `imap` holds: its results, as they come.

Guarantees: the dispatcher appends outcomes and releases the waiters, any thread may take them, and
there is no lock between them (see `results`).
"""

from __future__ import annotations

from _thread import LockType
from collections import deque
from collections.abc import Iterable
from multiprocessing import TimeoutError as PoolTimeoutError
from typing import Any, ClassVar, Generic, TypeVar

from .results import Owner
from .waiting import release, wait

_T_co = TypeVar("_T_co", covariant=True)


class Raised:
    """An error among values."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class IMapIterator(Generic[_T_co]):
    """The results of an `imap` job, as they come.

    One type for every chunksize; any number of threads may share it.
    """

    #: the results come in the order of their items
    ordered: ClassVar[bool] = True

    def __init__(self, pool: Owner) -> None:
        self._pool: Owner | None = pool
        self._arrived: deque[Any] = deque()
        self._popleft = self._arrived.popleft
        self._locks: list[LockType] = []
        self._ended = False
        #: results that may lie here before the job stops drawing input; set by the job
        self.low_mark = 0
        #: the job has stopped drawing input because nobody takes the results
        self.stalled = False

    def __iter__(self) -> IMapIterator[_T_co]:
        return self

    def next(self, timeout: float | None = None) -> _T_co:
        """Return the next result, or raise the error of its item.

        Raises: StopIteration at the end; multiprocessing.TimeoutError after
        `timeout` seconds.
        """
        try:
            value = self._popleft()
        except IndexError:
            value = self._next_when_there(timeout)
        if self.stalled:
            self._resume()
        if type(value) is Raised:
            raise value.error
        return value  # type: ignore[no-any-return]  # as above

    __next__ = next  # noqa: A003  the method above, as stdlib names it

    def _next_when_there(self, timeout: float | None) -> Any:
        pool = self._pool
        if pool is not None and timeout != 0:
            pool.about_to_wait()
        while True:
            self._resume()
            if not wait(self._locks, self._has_news, timeout):
                raise PoolTimeoutError(f"no result within {timeout} s")
            try:
                return self._popleft()
            except IndexError:
                # Another consumer was faster, or this is the end for all of them.
                if self._ended and not self._arrived:
                    raise StopIteration from None

    def _has_news(self) -> bool:
        return bool(self._arrived) or self._ended

    def _resume(self) -> None:
        pool = self._pool
        if self.stalled and pool is not None and len(self._arrived) <= self.low_mark:
            try:
                self.stalled = False
                pool.wake()
            except BaseException:  # a signal handler raised: whoever waits next must wake it
                self.stalled = True
                raise

    @property
    def unread(self) -> int:
        """Results that have arrived and were not taken."""
        return len(self._arrived)

    def put(self, outcomes: Iterable[Any]) -> None:
        """Append outcomes: values, and errors as `Raised`."""
        self._arrived.extend(outcomes)
        release(self._locks)

    def end(self) -> None:
        """No outcome will follow."""
        self._ended = True
        self._pool = None
        release(self._locks)


class IMapUnorderedIterator(IMapIterator[_T_co]):
    """The results of an `imap_unordered` job, in the order of completion."""

    ordered = False
