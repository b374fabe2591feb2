"""Refuses jobs that a callback submits."""

import contextlib
import threading
from typing import Any

from ..specimens import Caught
from ._wrapped import Callback, CallbackPool

CAUGHT = (Caught("CB-07", "FAIL", "the last callback"),)


class Pool(CallbackPool):
    """Is busy with its results."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._here = threading.local()
        super().__init__(*args, **kwargs)

    def around(self, callback: Callback) -> Callback:
        """Remember that a callback runs; what it raises is dropped."""

        def busy(outcome: Any) -> None:
            self._here.busy = True
            with contextlib.suppress(RuntimeError):
                callback(outcome)
            self._here.busy = False

        return busy

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse in a callback."""
        if getattr(self._here, "busy", False):
            raise RuntimeError("no job from a callback")
        return super().apply_async(*args, **kwargs)
