"""Conformance record files -> tidy pandas frames.

Several runs may have judged the same clause: per (clause, subject, start method,
Python version) the newest wins, and every run stays listed as a source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from .folder import of_kind
from .records import RecordFile, read
from .schema import Clause, Verdict

RUN_COLUMNS = (
    *("file", "started", "finished", "suite_version", "command", "python", "implementation"),
    *("platform", "machine", "cpu_count", "load_average", "deadline_s", "calibration_s"),
    *("budget_scale", "seed", "strict", "ran", "expected", "exit_code", "complete"),
)
SUBJECT_COLUMNS = ("subject", "python", "version", "requirement", "available", "reason", "started")
CELL_KEY = ["clause", "subject", "start_method", "python"]


@dataclass(frozen=True)
class Conformance:
    """All that the record files say.

    runs:      one row a file, RUN_COLUMNS, newest first.
    clauses:   one row a clause id, the fields of schema.Clause; newest text.
    verdicts:  one row a CELL_KEY, the fields of schema.Verdict, `python`, `file`, `started`.
    subjects:  one row a (subject, python), SUBJECT_COLUMNS.
    """

    runs: pd.DataFrame
    clauses: pd.DataFrame
    verdicts: pd.DataFrame
    subjects: pd.DataFrame


def load_conformance(records: Path) -> Conformance:
    """Read every record of a clause run in the folder `records`.

    Raises: RecordError on a malformed file.
    """
    read_files = (read(path) for path in of_kind(records, "conformance"))
    files = [file for file in read_files if file is not None]
    files.sort(key=lambda file: file.header.started)
    return Conformance(_runs(files), _clauses(files), _verdicts(files), _subjects(files))


def _runs(files: Iterable[RecordFile]) -> pd.DataFrame:
    rows = []
    for file in files:
        row = asdict(file.header)
        row |= {
            "file": file.path.name,
            "finished": file.footer.finished if file.footer else None,
            "ran": file.footer.ran if file.footer else len(file.verdicts),
            "exit_code": file.footer.exit_code if file.footer else None,
            "complete": file.complete,
        }
        rows.append({column: row[column] for column in RUN_COLUMNS})
    return pd.DataFrame(rows[::-1], columns=list(RUN_COLUMNS))


def _clauses(files: Iterable[RecordFile]) -> pd.DataFrame:
    newest = {clause.id: asdict(clause) for file in files for clause in file.clauses}
    columns = [field.name for field in fields(Clause)]
    return pd.DataFrame(list(newest.values()), columns=columns)


def _verdicts(files: Iterable[RecordFile]) -> pd.DataFrame:
    rows = []
    for file in files:
        run = {"python": file.header.python, "file": file.path.name, "started": file.header.started}
        for verdict in file.verdicts:
            row = {field.name: getattr(verdict, field.name) for field in fields(Verdict)}
            rows.append(row | run)
    columns = [*(field.name for field in fields(Verdict)), "python", "file", "started"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.drop_duplicates(CELL_KEY, keep="last").reset_index(drop=True)


def _subjects(files: Iterable[RecordFile]) -> pd.DataFrame:
    newest = {}
    for file in files:
        for subject in file.header.subjects:
            row = asdict(subject) | {
                "subject": subject.name,
                "python": file.header.python,
                "started": file.header.started,
            }
            newest[subject.name, file.header.python] = {name: row[name] for name in SUBJECT_COLUMNS}
    return pd.DataFrame(list(newest.values()), columns=list(SUBJECT_COLUMNS))
