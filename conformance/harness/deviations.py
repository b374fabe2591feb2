"""Known failures of a subject, and which of them explains what was seen.

An entry turns its verdict into XFAIL; an entry that applies and whose clause passes is stale:
XPASS, which fails the run.  How a file says all this is in `deviation_files`.
"""

import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .attempt import Attempt
from .verdicts import BROKEN, Verdict

ANY_CLAUSE = "*"


def python_here() -> str:
    """Return this Python's version as entries name it: `3.11`."""
    return platform.python_version().rpartition(".")[0]


@dataclass(frozen=True)
class Deviation:
    """One known failure; empty conditions apply always."""

    clause: str
    verdicts: frozenset[Verdict]
    reason: str
    issue: str | None = None
    start_methods: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    """Regular expressions that the stacks of a hang have to show, each of them."""
    file: Path | None = None
    """Where it is written; None for one that is found just now."""

    def applies(self, clause: str, start_method: str, python: str) -> bool:
        """Whether it speaks of this clause under this start method and Python version."""
        return (
            self.clause in (clause, ANY_CLAUSE)
            and (not self.start_methods or start_method in self.start_methods)
            and (not self.pythons or python in self.pythons)
        )

    def covers(self, seen: Attempt) -> bool:
        """Whether what was seen of its clause is the failure that it knows."""
        return seen.verdict in BROKEN & self.verdicts and all(
            re.search(pattern, seen.stacks or "") for pattern in self.stacks
        )

    def as_record(self) -> dict[str, str | None]:
        """Return the record file's `deviation`."""
        return {"reason": self.reason, "issue": self.issue}


class Deviations:
    """The deviation file of one subject."""

    def __init__(self, path: Path, entries: Iterable[Deviation]) -> None:
        self.path = path
        self.entries = list(entries)

    def find(self, clause: str, start_method: str) -> Deviation | None:
        """Return the clause's own entry here and now."""
        return next((e for e in self._applying(clause, start_method) if e.clause == clause), None)

    def knows(self, clause: str, start_method: str, seen: Attempt) -> Deviation | None:
        """Return the entry for what was seen of a clause here and now; else the clause's own."""
        applying = self._applying(clause, start_method)
        covering = next((entry for entry in applying if entry.covers(seen)), None)
        return covering or self.find(clause, start_method)

    def _applying(self, clause: str, start_method: str) -> list[Deviation]:
        """Return the entries that speak of the clause here and now, its own first."""
        here = python_here()
        applying = (e for e in self.entries if e.applies(clause, start_method, here))
        return sorted(applying, key=lambda entry: entry.clause == ANY_CLAUSE)
