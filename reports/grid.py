"""The grid clause × (pool, start method, Python), and the detail behind each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from . import units
from .frames import rows
from .links import Segment, link_references
from .load_conformance import Conformance
from .schema import LEVELS
from .words import MEANINGS, REFERENCE, SEVERITY, STDLIB, short_name

LONGEST_TEXT: Final = 20_000  # characters of one text in a detail; stacks may be endless
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

    @property
    def differs(self) -> bool:
        """Whether any pool does something else than pass."""
        return any(cell not in (None, "PASS") for cell in self.cells)

    @property
    def verdicts(self) -> str:
        """The verdicts in this row, each once, for the filters."""
        return " ".join(sorted({cell for cell in self.cells if cell}, key=SEVERITY.__getitem__))


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
        return sorted({column.python for column in self.columns}, key=_version, reverse=True)

    @property
    def main_python(self) -> str:
        """The Python version with the most verdicts; of several, the newest."""
        places = [(place, column.python) for place, column in enumerate(self.columns)]
        judged = Counter(
            python for row in self.rows for place, python in places if row.cells[place]
        )
        return max(self.pythons, key=lambda python: (judged[python], _version(python)))

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
    cells: dict[str, list[str | None]] = {
        clause: [None] * len(columns) for clause in data.clauses["id"]
    }
    for record in rows(data.verdicts):
        if record["clause"] in cells:
            key = (record["subject"], record["start_method"], record["python"])
            cells[record["clause"]][position[key]] = record["verdict"]
    return Grid(columns, tuple(_areas(data.clauses, cells)))


def details(grid: Grid, data: Conformance) -> dict[str, Any]:
    """Everything the detail pane shows, as plain JSON.

    `cells` is keyed "row:column" by position in the grid; what is empty is left out.
    """
    places = {row.id: index for index, row in enumerate(grid.rows)}
    columns = {
        (column.subject, column.start_method, column.python): index
        for index, column in enumerate(grid.columns)
    }
    cells = {}
    for record in rows(data.verdicts):
        if record["clause"] in places:
            column = columns[record["subject"], record["start_method"], record["python"]]
            cells[f"{places[record['clause']]}:{column}"] = _cell_detail(record)
    clauses = {clause["id"]: clause for clause in rows(data.clauses)}
    return {
        "columns": [asdict(column) for column in grid.columns],
        "clauses": [_clause_detail(clauses[row.id]) for row in grid.rows],
        "meanings": {name: asdict(meaning) for name, meaning in MEANINGS.items()},
        "cells": cells,
    }


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
    newest_first = tuple(-part for part in _version(column.python))
    method = column.start_method
    place = _METHODS.index(method) if method in _METHODS else len(_METHODS)
    return (newest_first, *subject_order(column.subject), place, method)


def subject_order(subject: str) -> tuple[int, str]:
    """Sort key: the reference pool, the stdlib's Pool, then the others by name."""
    first = {REFERENCE: 0, STDLIB: 1}
    return first.get(subject, 2), short_name(subject).lower()


def _version(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split(".") if part.isdigit())


def _areas(clauses: pd.DataFrame, cells: dict[str, list[str | None]]) -> Iterable[Area]:
    for name, group in clauses.groupby("area", sort=False):
        in_area = tuple(
            Row(
                id=str(clause["id"]),
                level=str(clause["level"]),
                text=str(clause["text"]),
                untested=clause["untested"],
                cells=tuple(cells[str(clause["id"])]),
            )
            for clause in rows(group)
        )
        yield Area(str(name), in_area)


def _clause_detail(clause: dict[str, Any]) -> dict[str, Any]:
    source: list[Segment] = link_references(clause["source"])
    versions = " ".join(
        f"{word} Python {clause[key]}"
        for word, key in (("since", "since"), ("until", "until"))
        if clause[key]
    )
    kept = {key: clause[key] for key in ("id", "area", "level", "text", "intent")}
    return kept | {
        "source": source,
        "versions": versions,
        "untested": clause["untested"],
    }


def _cell_detail(record: dict[str, Any]) -> dict[str, Any]:
    duration_s = record["duration_s"]
    issue = record["deviation_issue"]
    detail: dict[str, Any] = {
        key: _shorten(record[key])
        for key in (
            *("phase", "expected", "stdlib", "observed", "message", "checks"),
            *("example", "traceback", "stacks", "output"),
        )
    }
    detail |= {
        "verdict": record["verdict"],
        "took": units.duration(duration_s) if duration_s is not None else None,
        "replay": record["replay"],
        "script": record["script"],
        "left": {what: list(found) for what, found in record["census"].items() if found},
        "reason": record["deviation_reason"],
        "issue": link_references(issue) if issue else None,
        "history": [list(asdict(event).values()) for event in record["history"]],
        "file": record["file"],
    }
    return {key: value for key, value in detail.items() if value}


def _shorten(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST_TEXT:
        return text
    return (
        f"{text[:LONGEST_TEXT]}\n… {len(text) - LONGEST_TEXT:,} more characters in the record file"
    )
