"""Wakes who waits for a result before its callback has run."""

import threading
from typing import Any

from ..specimens import Caught
from ._wrapped import Callback, CallbackPool

CAUGHT = (
    Caught("CB-05", "FAIL", "ready() while the callback runs"),
    Caught("CB-12", "DIFFERS", "ready() of another job while the callback runs"),
)


class Pool(CallbackPool):
    """Leaves the callback to a thread of its own."""

    def around(self, callback: Callback) -> Callback:
        """Start it and go on."""

        def start(outcome: Any) -> None:
            threading.Thread(target=callback, args=(outcome,)).start()

        return start
