"""The detail behind each cell of the grid, as plain JSON that the page carries."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from . import units
from .frames import rows
from .grid import Grid
from .links import link_references
from .load_conformance import Conformance
from .words import MEANINGS, STDLIB

LONGEST_TEXT: Final = 20_000  # characters of one text; stacks may be endless


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
        "stdlib": STDLIB,
    }


def _clause_detail(clause: dict[str, Any]) -> dict[str, Any]:
    versions = " ".join(
        f"{word} Python {clause[word]}" for word in ("since", "until") if clause[word]
    )
    kept = {key: clause[key] for key in ("id", "area", "level", "text", "intent")}
    return kept | {
        "source": link_references(clause["source"]),
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
        "body": record["body"] if record["body"] != record["verdict"] else None,
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
