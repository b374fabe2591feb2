"""The clauses of SPEC.md as data, and the mark that ties a test function to one of them.

    @clause("MAP-01", needs=("map",))
    def test_results_come_in_the_order_of_the_input(...): ...

SPEC.md is the only place where a clause is written down; `read_spec` refuses whatever it cannot
read, with the line, so that no clause is dropped in silence.  This file knows neither pytest nor
any subject.  `python -m conformance.clauses` counts the clauses by area and level.
"""

import functools
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .specfile import SPEC, Clause, Level, SpecError, Specification, read_spec

__all__ = [
    "SPEC",
    "Clause",
    "Level",
    "Mark",
    "UnknownClauseError",
    "clause",
    "load_clauses",
    "mark_of",
    "summary",
]

Test = TypeVar("Test", bound=Callable[..., object])

_MARK_ATTRIBUTE = "__poolproof_clause__"


class UnknownClauseError(LookupError):
    """A test names a clause that SPEC.md does not have."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What `@clause` leaves on a test function: the clause, and the capabilities it needs."""

    clause: Clause
    needs: tuple[str, ...]


@functools.cache
def _shipped() -> Specification:
    return read_spec(SPEC)


def load_clauses(path: Path = SPEC) -> dict[str, Clause]:
    """Return the clauses by id, in the order of the file.

    Raises: SpecError, with the line, where the file is not in the form that SPEC.md describes;
    OSError when it cannot be read.
    """
    return dict(_shipped().clauses if path == SPEC else read_spec(path).clauses)


def clause(clause_id: str, needs: Iterable[str] = ()) -> Callable[[Test], Test]:
    """Mark a test function as the one that decides a clause.

    `needs` are the capabilities without which the verdict is UNSUPPORTED.
    Raises: UnknownClauseError for an id that SPEC.md does not have; TypeError for `needs` given as
    one string, and for a function that is marked already: one test decides one clause.
    """
    if isinstance(needs, str):
        raise TypeError(f"expected a tuple of capabilities, got {needs!r}; write ({needs!r},)")
    mark = Mark(_known(clause_id), tuple(needs))

    def marked(test: Test) -> Test:
        earlier = mark_of(test)
        if earlier is not None:
            raise TypeError(
                f"expected one clause a test, got {clause_id} on {test!r}, which decides "
                f"{earlier.clause.id}; write a second test"
            )
        setattr(test, _MARK_ATTRIBUTE, mark)
        return test

    return marked


def mark_of(test: object) -> Mark | None:
    """Return what `@clause` left on a test function; None where it was not used."""
    mark: Mark | None = getattr(test, _MARK_ATTRIBUTE, None)
    return mark


def _known(clause_id: str) -> Clause:
    clauses = _shipped().clauses
    if clause_id in clauses:
        return clauses[clause_id]
    area = clause_id.partition("-")[0]
    siblings = [c.id for c in clauses.values() if c.area == area]
    have = f"{area} has {siblings[0]} to {siblings[-1]}" if siblings else "no such area either"
    raise UnknownClauseError(f"expected a clause of {SPEC.name}, got {clause_id!r} ({have})")


def summary(specification: Specification) -> str:
    """Return a table that counts clauses by area and level: one row an area, their sum last.

    An untested clause counts at its level and once more in a column of its own.
    """
    clauses = specification.clauses.values()
    width = max(len(title) for title in specification.areas.values())
    columns = [*Level, "untested", "clauses"]

    def row(name: str, title: str, cells: Iterable[object]) -> str:
        figures = (f"{cell:>{len(c)}}" for c, cell in zip(columns, cells, strict=True))
        return "  ".join([f"{name:<6}", f"{title:<{width}}", *figures]).rstrip()

    def counts(members: Iterable[Clause]) -> list[int]:
        members = list(members)
        by_level = Counter(c.level for c in members)
        untested = sum(c.untested is not None for c in members)
        return [*(by_level[level] for level in Level), untested, len(members)]

    rows = [
        row(area, title, counts(c for c in clauses if c.area == area))
        for area, title in specification.areas.items()
    ]
    return "\n".join([row("area", "", columns), *rows, row("", "", counts(clauses))])


def main() -> int:
    """Print the table, and how many clauses are in force under this Python."""
    try:
        specification = _shipped()
    except (SpecError, OSError) as error:
        raise SystemExit(f"ERROR: {error}") from error
    python = sys.version_info[:2]
    in_force = sum(c.in_force(python) for c in specification.clauses.values())
    sys.stdout.write(f"{summary(specification)}\n\n")
    sys.stdout.write(f"In force under Python {python[0]}.{python[1]}: {in_force} clauses.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
