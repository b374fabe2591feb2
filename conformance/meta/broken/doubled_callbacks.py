"""Calls every callback twice."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Callback, CallbackPool

CAUGHT = (
    Caught("CB-01", "FAIL", "what the callbacks were given"),
    Caught("CB-02", "FAIL", "what the callbacks were given"),
    Caught("CB-03", "FAIL", "the number of calls"),
    Caught("CB-04", "FAIL", "(results, errors)"),
)


class Pool(CallbackPool):
    """Makes sure."""

    def around(self, callback: Callback) -> Callback:
        """Call it twice."""

        def twice(outcome: Any) -> None:
            callback(outcome)
            callback(outcome)

        return twice
