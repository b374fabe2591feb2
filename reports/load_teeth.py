"""Record files of the suite's own test, broken and sound pools held to clauses -> tidy frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import pandas as pd

from .fields import Json, RecordError, mapping, maybe_number, maybe_text, text
from .folder import of_kind
from .records import about, lines, located
from .schema import VERDICTS, Clause, parse

RUN_COLUMNS: Final = ("file", "started", "command", "python", "expected", "ran", "complete")
POOL_COLUMNS: Final = ("pool", "sound", "wrong", "exempt")
TRIAL_COLUMNS: Final = (
    *("file", "started", "python", "pool", "clause", "start_method"),
    *("expected", "verdict", "as_expected", "tries", "message"),
)
TRIAL_KEY: Final = ["pool", "clause", "start_method", "python"]


@dataclass(frozen=True)
class Teeth:
    """All that the record files say.

    runs:     one row a file, RUN_COLUMNS, oldest first.
    clauses:  one row a clause id, the fields of schema.Clause; those of the newest file.
    pools:    one row a broken or sound pool, POOL_COLUMNS; those of the newest file.
    trials:   one row a TRIAL_KEY, TRIAL_COLUMNS, of those pools; the newest.
    """

    runs: pd.DataFrame
    clauses: pd.DataFrame
    pools: pd.DataFrame
    trials: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _File:
    run: dict[str, Any]
    clauses: list[dict[str, Any]]
    pools: list[dict[str, Any]]
    trials: list[dict[str, Any]]


def load_teeth(records: Path) -> Teeth:
    """Read every record of the suite's own test in the folder `records`.

    Raises: RecordError on a malformed line.
    """
    read = (_read(path) for path in of_kind(records, "teeth"))
    files = sorted(
        (file for file in read if file is not None), key=lambda file: str(file.run["started"])
    )
    newest = files[-1] if files else _File({}, [], [], [])
    known = {pool["pool"] for pool in newest.pools}
    trials = [trial for file in files for trial in file.trials if trial["pool"] in known]
    frame = pd.DataFrame(trials, columns=list(TRIAL_COLUMNS))
    return Teeth(
        runs=pd.DataFrame([file.run for file in files], columns=list(RUN_COLUMNS)),
        clauses=pd.DataFrame(newest.clauses, columns=[field.name for field in fields(Clause)]),
        pools=pd.DataFrame(newest.pools, columns=list(POOL_COLUMNS)),
        trials=frame.drop_duplicates(TRIAL_KEY, keep="last").reset_index(drop=True),
    )


def _read(path: Path) -> _File | None:
    """Return one file; None when it was cut short before its header."""
    found: _File | None = None
    for line, raw in lines(path):
        with located(path, line):
            record = mapping({"line": raw}, "line")
            if found is None:
                found = _File(about(path, record) | {"complete": False}, [], [], [])
            else:
                _add(found, record)
    if found is not None:
        found.run["ran"] = len(found.trials)
    return found


def _add(file: _File, record: Json) -> None:
    what = text(record, "record")
    if what == "clause":
        file.clauses.append(asdict(_clause(record)))
    elif what == "pool":
        file.pools.append(_pool(record))
    elif what == "trial":
        file.trials.append(_trial(record, file.run))
    elif what == "footer":
        file.run["complete"] = True
    else:
        raise RecordError(f'expected "record" clause, pool, trial or footer, got {what!r}')


def _clause(record: Json) -> Clause:
    clause = parse(record)
    assert isinstance(clause, Clause)
    return clause


def _pool(record: Json) -> dict[str, Any]:
    exempt = mapping(record, "exempt")
    return {
        "pool": text(record, "pool"),
        "sound": bool(record.get("sound", False)),
        "wrong": text(record, "wrong"),
        "exempt": {clause: text(exempt, clause) for clause in exempt},
    }


def _trial(record: Json, run: Mapping[str, Any]) -> dict[str, Any]:
    verdict = text(record, "verdict")
    if verdict not in VERDICTS:
        raise RecordError(f'expected "verdict" to be one of {", ".join(VERDICTS)}, got {verdict!r}')
    return {
        "file": run["file"],
        "started": run["started"],
        "python": run["python"],
        "pool": text(record, "pool"),
        "clause": text(record, "clause"),
        "start_method": text(record, "start_method"),
        "expected": maybe_text(record, "expected"),
        "verdict": verdict,
        "as_expected": bool(record.get("as_expected", False)),
        "tries": int(maybe_number(record, "tries") or 1),
        "message": maybe_text(record, "message"),
    }
