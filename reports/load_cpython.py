"""Record files of CPython's own pool tests -> one tidy frame, a row a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from .fields import RecordError, items, kind, mapping, maybe_number, maybe_text, maybe_version, text
from .folder import of_kind
from .records import about, lines, located

RESULTS: Final = ("pass", "skip", "fail", "error", "hang", "crash")
COLUMNS: Final = (
    *("file", "started", "command", "python", "expected", "complete"),
    *("subject", "version", "start_method", "test", "result", "duration_s", "message"),
)


def load_cpython(records: Path) -> pd.DataFrame:
    """Read every record of CPython's tests in the folder `records`.

    Columns: COLUMNS; `result` is one of RESULTS. Of several results for the same
    (subject, start_method, python, test) the newest is kept.
    Raises: RecordError on a malformed line.
    """
    rows = [row for path in of_kind(records, "cpython") for row in _rows(path)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("started", kind="stable")
    key = ["subject", "start_method", "python", "test"]
    return frame.drop_duplicates(key, keep="last").reset_index(drop=True)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    run: dict[str, Any] | None = None
    versions: dict[str, str | None] = {}
    rows = []
    complete = False
    for line, raw in lines(path):
        with located(path, line):
            record = mapping({"line": raw}, "line")
            what = text(record, "record")
            if run is None:
                run, versions = about(path, record), _versions(record)
            elif what == "test":
                rows.append(run | _test(record, versions))
            elif what == "footer":
                complete = True
            else:
                raise RecordError(f'expected "record" test or footer, got {what!r}')
    yield from (row | {"complete": complete} for row in rows)


def _versions(record: Mapping[str, Any]) -> dict[str, str | None]:
    return {text(one, "name"): maybe_version(one) for one in items(record, "subjects")}


def _test(record: Mapping[str, Any], versions: Mapping[str, str | None]) -> dict[str, Any]:
    result = text(record, "result")
    if result not in RESULTS:
        raise RecordError(
            f'expected "result" to be one of {", ".join(RESULTS)}, got {kind(result)}'
        )
    subject = text(record, "subject")
    return {
        "subject": subject,
        "version": versions.get(subject),
        "start_method": text(record, "start_method"),
        "test": text(record, "test"),
        "result": result,
        "duration_s": maybe_number(record, "duration_s"),
        "message": maybe_text(record, "message"),
    }
