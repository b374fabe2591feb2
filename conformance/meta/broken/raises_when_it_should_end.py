"""Raises in terminate(), once, what a callback has raised before."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Callback, CallbackPool

CAUGHT = (Caught("SHUT-25", "FAIL", "terminate():"),)


class Pool(CallbackPool):
    """Has kept the error for somebody to hear of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._called = False  # and has not returned
        super().__init__(*args, **kwargs)

    def around(self, callback: Callback) -> Callback:
        """Take note of a callback that does not return."""

        def noted(value: Any) -> None:
            self._called = True
            callback(value)
            self._called = False

        return noted

    def terminate(self) -> None:
        """Complain first, end when asked again."""
        if self._called:
            self._called = False
            raise RuntimeError("a callback has failed")
        super().terminate()
