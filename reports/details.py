"""The detail behind each cell of the grid, as plain JSON that the page carries."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict
from typing import Any, Final

from . import units
from .frames import rows
from .grid import Grid
from .links import link_references
from .load_conformance import Conformance
from .words import MEANINGS, STDLIB

# Characters of one text, stacks above all: as many as the page has room for.
LONGEST_TEXTS: Final = (20_000, 4_000, 1_000, 200)
MOST_PACKED: Final = 1_000_000  # characters of all details, packed


def pack_details(grid: Grid, data: Conformance) -> str:
    """Return the details packed for the page, the longest texts shortened if they must be."""
    packed = ""
    for longest in LONGEST_TEXTS:
        packed = pack(details(grid, data, longest))
        if len(packed) <= MOST_PACKED:
            break
    return packed


def pack(content: Any) -> str:
    """Return JSON, deflated and in base64, which the page unpacks when it is needed."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(plain.encode(), 9)).decode()


def details(grid: Grid, data: Conformance, longest: int) -> dict[str, Any]:
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
            cells[f"{places[record['clause']]}:{column}"] = _cell_detail(record, longest)
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


def _cell_detail(record: dict[str, Any], longest: int) -> dict[str, Any]:
    duration_s = record["duration_s"]
    issue = record["deviation_issue"]
    detail: dict[str, Any] = {
        key: _shorten(record[key], longest)
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


def _shorten(text: str | None, longest: int) -> str | None:
    if text is None or len(text) <= longest:
        return text
    return f"{text[:longest]}\n… {len(text) - longest:,} more characters in the record file"
