"""asv results -> one tidy pandas frame, a row for each benchmark, parameters and commit.

Results of an older `version` of a benchmark are left out: asv no longer compares
them either. Verified with asv 0.6.6.
"""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .fields import RecordError

# What may be missing from a row is None: `chunksize` is what the benchmark calls so.
COLUMNS = (
    *("benchmark", "unit", "commit", "date", "machine", "python", "env", "file"),
    *("status", "value", "q25", "q75", "repeat", "pool", "start_method", "params"),
)


def load_asv(results: Path) -> pd.DataFrame:
    """Read the folder `.asv/results`.

    Columns: COLUMNS. `value`, `q25`, `q75` are in `unit` (asv: seconds or bytes);
    `repeat` counts the samples; `status` is ok, failed or skipped; `params` holds every
    parameter by its name.
    Raises: RecordError on a file that is not asv's.
    """
    about = results / "benchmarks.json"
    if not about.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    benchmarks = _read(about)
    rows = [
        row
        for path in sorted(results.glob("*/*.json"))
        if path.name != "machine.json"
        for row in _rows(path, _read(path), benchmarks)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values("date", kind="stable").reset_index(drop=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise RecordError(
            f"{path}, line {error.lineno}: expected JSON as asv writes it ({error.msg}); "
            "delete the file and run asv again"
        ) from error
    if not isinstance(content, dict):
        raise RecordError(f"{path}: expected a JSON object as asv writes it")
    return content


def _rows(
    path: Path, run: Mapping[str, Any], benchmarks: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    try:
        about_run = {
            "commit": run["commit_hash"],
            "date": pd.Timestamp(run["date"], unit="ms", tz="UTC"),
            "machine": run["params"]["machine"],
            "python": run["python"],
            "env": run["env_name"],
            "file": path.name,
        }
        for name, values in run["results"].items():
            result = dict(zip(run["result_columns"], values, strict=False))
            about = benchmarks.get(name)
            if isinstance(about, dict) and about["version"] == result["version"]:
                for row in _combinations(about, result):
                    yield {"benchmark": name, "unit": about["unit"]} | about_run | row
    except KeyError as error:
        raise RecordError(f"{path}: expected the key {error} of an asv result file") from error


def _combinations(about: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    combinations = list(itertools.product(*result["params"])) if result["params"] else [()]
    for index, combination in enumerate(combinations):
        value = _at(result, "result", index)
        named = zip(about["param_names"], map(_literal, combination), strict=False)
        params: dict[str, Any] = dict(named)
        yield {
            "status": "failed" if value is None else "skipped" if pd.isna(value) else "ok",
            "value": value,
            "q25": _at(result, "stats_q_25", index),
            "q75": _at(result, "stats_q_75", index),
            "repeat": _at(result, "stats_repeat", index),
            "pool": params.get("pool"),
            "start_method": params.get("start_method"),
            "params": params,
        }


def _at(result: Mapping[str, Any], column: str, index: int) -> Any:
    values = result.get(column)  # asv leaves trailing columns out
    return values[index] if values else None


def _literal(written: str) -> Any:
    """Return the value of a parameter, which asv writes as its repr."""
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written
