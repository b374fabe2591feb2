"""Calls each callback when the next result has come."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Callback, CallbackPool

CAUGHT = (Caught("RES-14", "FAIL", "callbacks"),)


class Pool(CallbackPool):
    """Holds an outcome back, to tell of two at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._held: list[tuple[Callback, Any]] = []
        super().__init__(*args, **kwargs)

    def around(self, callback: Callback) -> Callback:
        """Call the one before."""

        def call_the_one_before(outcome: Any) -> None:
            self._held.append((callback, outcome))
            while len(self._held) > 1:
                before, its_outcome = self._held.pop(0)
                before(its_outcome)

        return call_the_one_before
