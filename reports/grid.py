"""The grid clause × (pool, start method, Python)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from .frames import rows
from .load_conformance import Conformance
from .schema import LEVELS
from .words import CALM, MEANINGS, REFERENCE, STDLIB, short_name

_METHODS: Final = ("fork", "spawn", "forkserver")


@dataclass(frozen=True, slots=True)
class Column:
    """One subject under one start method and one Python version."""

    subject: str
    short: str
    start_method: str
    python: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clause; a cell is the verdict in that column, or None when there is none."""

    id: str
    level: str
    text: str
    untested: str | None
    cells: tuple[str | None, ...]
    known: Mapping[int, str]  # by column: the failure that an XFAIL stands for

    def sign(self, column: int) -> str:
        """Return what a cell shows: the sign of its verdict, and the word where it is news."""
        verdict = self.cells[column]
        if verdict is None:
            return ""
        if body := self.known.get(column):
            return f"({MEANINGS[body].glyph}) {body.lower()}"
        meaning = MEANINGS[verdict]
        return meaning.glyph if meaning.tone in CALM else f"{meaning.glyph} {verdict.lower()}"


@dataclass(frozen=True, slots=True)
class Area:
    """The clauses of one area, in the order of the specification."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """All of it, ready to be drawn."""

    columns: tuple[Column, ...]
    areas: tuple[Area, ...]

    @property
    def rows(self) -> list[Row]:
        """Every row, area after area."""
        return [row for area in self.areas for row in area.rows]

    @property
    def pythons(self) -> list[str]:
        """The Python versions that have a column, newest first."""
        return sorted({column.python for column in self.columns}, key=version_order, reverse=True)

    @property
    def main_python(self) -> str:
        """The Python version with the most verdicts; of several, the newest."""
        places = [(place, column.python) for place, column in enumerate(self.columns)]
        judged = Counter(
            python for row in self.rows for place, python in places if row.cells[place]
        )
        return max(self.pythons, key=lambda python: (judged[python], version_order(python)))

    @property
    def subjects(self) -> list[str]:
        """The subjects that have a column, in the order of the columns."""
        return list(dict.fromkeys(column.subject for column in self.columns))

    @property
    def verdicts(self) -> list[str]:
        """The verdicts that occur, from harmless to worst."""
        found = {cell for row in self.rows for cell in row.cells if cell}
        return [verdict for verdict in MEANINGS if verdict in found]

    @property
    def groups(self) -> list[tuple[Column, int]]:
        """Neighbouring columns of one subject and Python: the first, and how many."""
        counts = Counter((column.python, column.subject) for column in self.columns)
        firsts = {(column.python, column.subject): column for column in reversed(self.columns)}
        return [(firsts[key], count) for key, count in counts.items()]

    @property
    def starts(self) -> list[bool]:
        """Whether each column is the first of its group."""
        return [index == 0 for _, count in self.groups for index in range(count)]

    @property
    def levels(self) -> list[str]:
        """The levels that occur."""
        found = {row.level for row in self.rows}
        return [level for level in LEVELS if level in found]


def build_grid(data: Conformance) -> Grid:
    """Arrange the frames as rows and columns."""
    columns = _columns(data.verdicts)
    position = {
        (column.subject, column.start_method, column.python): index
        for index, column in enumerate(columns)
    }
    judged: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for record in rows(data.verdicts):
        key = (record["subject"], record["start_method"], record["python"])
        judged[record["clause"]][position[key]] = record
    areas = (
        Area(str(name), tuple(_row(clause, judged[clause["id"]], columns) for clause in rows(part)))
        for name, part in data.clauses.groupby("area", sort=False)
    )
    return Grid(columns, tuple(areas))


def _columns(verdicts: pd.DataFrame) -> tuple[Column, ...]:
    keys = verdicts[["subject", "start_method", "python"]].drop_duplicates()
    columns = [
        Column(
            str(row.subject), short_name(str(row.subject)), str(row.start_method), str(row.python)
        )
        for row in keys.itertuples(index=False)
    ]
    return tuple(sorted(columns, key=_column_order))


def _column_order(column: Column) -> tuple[Any, ...]:
    newest_first = tuple(-part for part in version_order(column.python))
    method = column.start_method
    place = _METHODS.index(method) if method in _METHODS else len(_METHODS)
    return (newest_first, *subject_order(column.subject), place, method)


def subject_order(subject: str) -> tuple[int, str]:
    """Sort key: the reference pool, the stdlib's Pool, then the others by name."""
    first = {REFERENCE: 0, STDLIB: 1}
    return first.get(subject, 2), short_name(subject).lower()


def version_order(python: str) -> tuple[int, ...]:
    """Sort key: 3.9 before 3.13."""
    return tuple(int(part) for part in python.split(".") if part.isdigit())


def _row(
    clause: dict[str, Any], judged: dict[int, dict[str, Any]], columns: tuple[Column, ...]
) -> Row:
    verdicts = {place: record["verdict"] for place, record in judged.items()}
    return Row(
        id=clause["id"],
        level=clause["level"],
        text=clause["text"],
        untested=clause["untested"],
        cells=tuple(verdicts.get(place) for place in range(len(columns))),
        known={
            place: record["body"]
            for place, record in judged.items()
            if record["verdict"] == "XFAIL" and record["body"] in MEANINGS
        },
    )
