"""The stdlib's pool, a race in its terminate() lost each time; for `bodies`."""

import multiprocessing
import multiprocessing.pool
import threading
from multiprocessing.queues import SimpleQueue
from multiprocessing.reduction import ForkingPickler
from typing import Any


class _Kept(SimpleQueue[Any]):
    """A result pipe whose lock a worker keeps once it has sent a result.

    In the stdlib that takes the worker to be slow between sending and letting go.
    """

    _reader: Any  # typeshed leaves these out
    _writer: Any
    _wlock: Any

    def __init__(self, *, ahead: bool) -> None:
        super().__init__(ctx=multiprocessing.get_context("fork"))
        self._ahead = ahead

    def put(self, obj: Any) -> None:
        """Send; in a worker: and keep the lock, in terminate(): perhaps before the worker."""
        if multiprocessing.parent_process() is not None:
            with self._wlock:
                self._send(obj)
                threading.Event().wait()
        elif self._ahead and threading.current_thread() is threading.main_thread():
            self._send(obj)
        else:
            super().put(obj)

    def _send(self, obj: Any) -> None:
        self._writer.send_bytes(ForkingPickler.dumps(obj))


class Racing(multiprocessing.pool.Pool):
    """A pool of one worker, which keeps the lock of the result pipe with its first result.

    `ahead`: terminate() has sent its own marker by then, and goes on to kill the worker.
    """

    def __init__(self, *, ahead: bool) -> None:
        self._ahead = ahead
        super().__init__(1, context=multiprocessing.get_context("fork"))

    def _setup_queues(self) -> None:
        super()._setup_queues()  # type: ignore[misc]  # typeshed leaves it out
        self._outqueue = _Kept(ahead=self._ahead)
        self._quick_get = self._outqueue._reader.recv  # noqa: SLF001 - as the stdlib's pool does
