"""What each file of a records folder is, by what it holds: a record may have any name.

A file whose name says what it is stays that even where its content does not: then it is
malformed, and its loader says so.  What is no record is left out, and named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

JSON_LINES: Final = ("conformance", "cpython", "teeth")
COMPARE: Final = "compare"


def of_kind(records: Path, kind: str) -> list[Path]:
    """Return the files of one kind in the folder, by name."""
    return [path for path in _files(records) if kind_of(path) == kind]


def left_out(records: Path) -> list[tuple[Path, str]]:
    """Return the files that no loader reads, each with the reason."""
    return [(path, _reason(path)) for path in _files(records) if kind_of(path) is None]


def kind_of(path: Path) -> str | None:
    """Return what the file is a record of; None for one that is no record."""
    named = path.name.partition("-")[0]
    if path.suffix == ".jsonl":
        told = _kind_told(path)
        return told if told in JSON_LINES else named if named in JSON_LINES else None
    if path.suffix == ".json":
        return COMPARE if named == COMPARE or _is_benchmark(path) else None
    return None


def _files(records: Path) -> list[Path]:
    found = records.iterdir() if records.is_dir() else ()
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _reason(path: Path) -> str:
    if path.suffix == ".jsonl":
        told = _kind_told(path)
        got = f"one of kind {told!r}" if told else "none"
        return f"expected a header of {', '.join(JSON_LINES)} in its first line, got {got}"
    if path.suffix == ".json":
        return "expected JSON as pytest-benchmark writes it, with machine_info and benchmarks"
    return "expected .jsonl of a run, or .json of benchmarks"


def _kind_told(path: Path) -> str | None:
    """Return the kind in the header; that of a clause run does not say any."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        header = _decoded(stream.readline())
    if not isinstance(header, Mapping) or header.get("record") != "header":
        return None
    return str(header.get("kind", "conformance"))


def _is_benchmark(path: Path) -> bool:
    content = _decoded(path.read_text(encoding="utf-8", errors="replace"))
    return isinstance(content, Mapping) and {"machine_info", "benchmarks"} <= set(content)


def _decoded(text: str) -> object:
    try:
        found: object = json.loads(text)
    except json.JSONDecodeError:
        return None
    return found
