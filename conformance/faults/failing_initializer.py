"""An initializer that fails in every worker, and a count of the workers it failed in.

A pool that starts workers without end would take the machine with it: from the start that is one
too many on, workers wait at a gate instead of failing.
"""

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ENOUGH = 12
"""Failed starts that are still a bounded number, for a pool of two workers."""


_numbers = itertools.count()


class FailingInitializer:
    """What to open the pool with, `options`, and how many workers have started with it.

    `how` fails: it raises or ends the process.  `hold` waits at a gate of the test.
    """

    def __init__(self, folder: Path, hold: Callable[[], Any], how: Callable[[], Any]) -> None:
        self._path = folder / f"starts{next(_numbers)}"  # no other one counts there, too
        self.options: dict[str, Any] = {"initializer": partial(fail, str(self._path), hold, how)}

    @property
    def starts(self) -> int:
        """How many workers have called the initializer so far."""
        return self._path.stat().st_size if self._path.exists() else 0


def fail(path: str, hold: Callable[[], Any], how: Callable[[], Any]) -> None:
    """Count this start, then fail."""
    with Path(path).open("ab") as starts:
        starts.write(b".")
        starts.flush()
        count = starts.tell()
    if count > ENOUGH:
        hold()
    how()
