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
_LONGEST_HEADER: Final = 1_000_000  # characters


def of_kind(records: Path, kind: str) -> list[Path]:
    """Return the files of one kind in the folder, by name."""
    return [path for path in _files(records) if kind_of(path) == kind]


def left_out(records: Path) -> list[tuple[Path, str]]:
    """Return the files that no loader reads, each with the reason."""
    return [(path, _reason(path)) for path in _files(records) if kind_of(path) is None]


def kind_of(path: Path) -> str | None:
    """Return what the file is a record of; None for one that is no record.

    Content goes before name: a run that was renamed to compare-1.json is a run.
    """
    named = path.name.partition("-")[0]
    if (told := _kind_told(path)) in JSON_LINES:
        return told
    if path.suffix == ".jsonl" and named in JSON_LINES and not _cut_short(path):
        return named
    if (path.suffix == ".json" and named == COMPARE) or _is_benchmark(path):
        return COMPARE
    return None


def _files(records: Path) -> list[Path]:
    found = records.iterdir() if records.is_dir() else ()
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _reason(path: Path) -> str:
    if path.suffix == ".json":
        return "expected JSON as pytest-benchmark writes it, with machine_info and benchmarks"
    if cut := _cut_short(path):
        return cut
    told = _kind_told(path)
    got = f"one of kind {told!r}" if told else "none"
    return (
        f"expected a header of {', '.join(JSON_LINES)} in its first line, got {got}; "
        "or JSON of benchmarks"
    )


def _cut_short(path: Path) -> str | None:
    """Return what is there of a run that was stopped before its header was whole."""
    if not path.stat().st_size:
        return "it is empty: nothing of a run was recorded"
    with path.open(encoding="utf-8", errors="replace") as stream:
        first = stream.readline(_LONGEST_HEADER)
    if first.startswith('{"') and not first.endswith("\n") and _decoded(first) is None:
        return "it was cut short within its first line: nothing of a run was recorded"
    return None


def _kind_told(path: Path) -> str | None:
    """Return the kind in the header; that of a clause run does not say any."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        header = _decoded(stream.readline(_LONGEST_HEADER))
    if not isinstance(header, Mapping) or header.get("record") != "header":
        return None
    return str(header.get("kind", "conformance"))


def _is_benchmark(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as stream:
        if stream.read(1) != "{":
            return False
        stream.seek(0)
        content = _decoded(stream.read())
    return isinstance(content, Mapping) and {"machine_info", "benchmarks"} <= set(content)


def _decoded(text: str) -> object:
    try:
        found: object = json.loads(text)
    except json.JSONDecodeError:
        return None
    return found
