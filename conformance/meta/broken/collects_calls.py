"""Collects calls of apply_async, and sends them as one task once somebody waits for a result."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("ORDER-02", "FAIL", "the order in which the tasks began"),
    Caught("ORDER-03", "HANG", "HANG @ get"),
    Caught("PICKLE-24", "FAIL", "what a worker of apply_async did, in order"),
)

Call = tuple[Callable[..., Any], Iterable[Any], Mapping[str, Any]]


def _run(call: Call) -> Any:
    func, args, kwds = call
    return func(*args, **kwds)


class _Collected:
    def __init__(self, send: Callable[[], None], index: int) -> None:
        self._send = send
        self._index = index
        self.sent: Any = None

    def get(self, timeout: float | None = None) -> Any:
        """Have all calls sent, and wait for all."""
        self._send()
        return self.sent.get(timeout)[self._index]

    def ready(self) -> bool:
        """Tell whether all have been run that were sent together."""
        return self.sent is not None and self.sent.ready()


class Pool(multiprocessing.pool.Pool):
    """Saves messages; what is waited for at once need not be collected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._calls: list[Call] = []
        self._collected: list[_Collected] = []
        super().__init__(*args, **kwargs)

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one call now, then send what was collected before."""
        result = super().apply_async(*args, **kwargs).get()
        self._send()
        return result

    def apply_async(  # type: ignore[override]  # no callbacks
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] | None = None,
    ) -> _Collected:
        """Collect one call."""
        self._calls.append((func, args, kwds or {}))
        self._collected.append(_Collected(self._send, len(self._collected)))
        return self._collected[-1]

    def _send(self) -> None:
        calls, self._calls = self._calls, []
        collected, self._collected = self._collected, []
        if calls:
            sent = super().map_async(_run, calls, len(calls))
            for handle in collected:
                handle.sent = sent
