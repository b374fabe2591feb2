"""maxtasksperchild, as the parent counts it; loaded by the pools that have it.

Exactly: of a `map` whose items are counted as the chunks they would be in the standard library,
one item is a fraction of a task.
"""

from __future__ import annotations

import math
from fractions import Fraction


class Allowance:
    """The tasks that a worker may still be sent.

    per: items of a job that count as one task.
    """

    def __init__(self, tasks: int) -> None:
        self._left = Fraction(tasks)

    def items(self, per: int) -> int:
        """Return how many items may be sent; 0 where less than one is left, of another job."""
        return math.floor(self._left * per)

    def charge(self, items: int, per: int) -> bool:
        """Count items that are sent; return whether they are the last ones."""
        self._left -= Fraction(items, per)
        return self._left < Fraction(1, per)

    def refund(self, items: int, per: int) -> None:
        """Items that were charged are not sent after all."""
        self._left += Fraction(items, per)
