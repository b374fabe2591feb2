"""Read one JSON-lines record file, whole or cut short.

A run that was interrupted leaves a file without a footer, perhaps with half a
last line: that is an incomplete run, shown as such. Any other line that is not
what it should be is one RecordError which names file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fields import Json, RecordError, number, text
from .schema import Clause, Footer, Header, Verdict, parse


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One run of the suite, as far as it got."""

    path: Path
    header: Header
    clauses: tuple[Clause, ...]
    verdicts: tuple[Verdict, ...]
    footer: Footer | None

    @property
    def complete(self) -> bool:
        """Whether the run reached its end."""
        return self.footer is not None


def read(path: Path) -> RecordFile | None:
    """Return the run recorded in `path`; None when it was cut short before its header.

    Raises: RecordError on a malformed line, or where a record comes before the header.
    """
    header: Header | None = None
    footer: Footer | None = None
    clauses: list[Clause] = []
    verdicts: list[Verdict] = []
    for line, raw in lines(path):
        with located(path, line):
            record = parse(raw)
            if header is None and not isinstance(record, Header):
                raise RecordError(f"expected the header first, got {type(record).__name__.lower()}")
        if isinstance(record, Header):
            header = record
        elif isinstance(record, Clause):
            clauses.append(record)
        elif isinstance(record, Verdict):
            verdicts.append(record)
        else:
            footer = record
    if header is None:
        return None
    return RecordFile(path, header, tuple(clauses), tuple(verdicts), footer)


def about(path: Path, record: Json) -> dict[str, Any]:
    """Return what the header of any record file says of its run.

    Raises: RecordError where the record is no header.
    """
    what = text(record, "record")
    if what != "header":
        raise RecordError(f"expected the header first, got {what!r}")
    return {
        "file": path.name,
        "started": text(record, "started"),
        "command": text(record, "command"),
        "python": text(record, "python"),
        "expected": int(number(record, "expected")),
    }


@contextmanager
def located(path: Path, line: int) -> Iterator[None]:
    """Add file and line to a RecordError that is raised within."""
    try:
        yield
    except RecordError as error:
        raise RecordError(f"{path}, line {line}: {error}") from error


def lines(path: Path) -> Iterator[tuple[int, object]]:
    """(line number, decoded line) of each line that was written whole.

    Raises: RecordError where a whole line is not JSON.
    """
    content = path.read_text(encoding="utf-8", errors="replace")
    for place, line in enumerate(content.splitlines(keepends=True), start=1):
        if not line.strip():
            continue
        try:
            yield place, json.loads(line)
        except json.JSONDecodeError as error:
            if not line.endswith("\n"):
                return  # the writer was stopped within this line
            raise RecordError(
                f"{path}, line {place}: expected one JSON object a line, "
                f"got {line.strip()[:60]!r} ({error.msg}); delete the line or record the run again"
            ) from error
