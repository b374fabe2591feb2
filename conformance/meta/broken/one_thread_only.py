"""Works in the thread that made it and in no other."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("SEQ-02", "FAIL", "made in another thread"),
    Caught("THREAD-01", "FAIL", "made in another thread"),
    Caught("THREAD-03", "FAIL", "what refused calls raised"),
    Caught("THREAD-04", "FAIL", "made in another thread"),
)


class Pool(multiprocessing.pool.Pool):
    """Is as SQLite is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._home = threading.get_ident()
        super().__init__(*args, **kwargs)

    def _check_running(self) -> None:
        self._check_thread()
        super()._check_running()  # type: ignore[misc]  # not in typeshed

    def close(self) -> None:
        """Close, at home."""
        self._check_thread()
        super().close()

    def _check_thread(self) -> None:
        if threading.get_ident() != self._home:
            raise RuntimeError("made in another thread")
