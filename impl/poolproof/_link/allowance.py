"""maxtasksperchild, as the parent counts it; loaded by the pools that have it.

Exactly: of a `map` whose items are counted as the chunks they would be in the standard library,
one item is a fraction of a task.
"""

from __future__ import annotations

import math
from fractions import Fraction


class Allowance:
    """The tasks that a worker may still be sent.

    job: a number of it; a task is begun and ended with items of one.
    per: items of a job that count as one task.
    """

    def __init__(self, tasks: int) -> None:
        self._left = Fraction(tasks)
        self._job: int | None = None  # of which items were sent last

    def items(self, job: int, per: int) -> int:
        """Return how many items may be sent; 0 where no whole task is left for another job."""
        return math.floor(self._left_for(job) * per)

    def charge(self, job: int, items: int, per: int) -> bool:
        """Count items that are sent; return whether they are the last ones."""
        self._left, self._job = self._left_for(job) - Fraction(items, per), job
        return self._left < Fraction(1, per)

    def _left_for(self, job: int) -> Fraction:
        return self._left if job == self._job else Fraction(math.floor(self._left))

    def refund(self, items: int, per: int) -> None:
        """Items that were charged are not sent after all."""
        self._left += Fraction(items, per)
