"""pytest-benchmark's JSON of benchmarks/compare -> one tidy pandas frame, a row an entrant.

A ratio only means something within one run, so per (group, Python version) all
entrants come from the newest file that has the group.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .fields import RecordError, items, mapping, maybe_number, maybe_text, maybe_version, text
from .folder import COMPARE, of_kind

COLUMNS = (
    *("file", "started", "python", "group", "row", "title", "start_method"),
    *("entrant", "subject", "role", "version", "chunksize", "tasks", "load_average"),
    *("quantity", "samples", "unstable", "status", "reason", "pip_line"),
)
PER_ITEM, MAKESPAN = "s per item", "makespan / lower bound"


def load_compare(records: Path) -> pd.DataFrame:
    """Read every record of benchmarks in the folder `records`.

    Columns: COLUMNS. `samples` is a list in `quantity`, either PER_ITEM or MAKESPAN
    (a ratio: 1 is the physical limit); it is empty unless `status` is "ok". The other
    statuses are missing, unsupported, failed, hung and died, each with a `reason`.
    Raises: RecordError on a file that is not pytest-benchmark's.
    """
    rows = [row for path in of_kind(records, COMPARE) for row in _rows(path)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    newest = frame.groupby(["group", "python"])["started"].transform("max")
    return frame[frame["started"] == newest].reset_index(drop=True)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        about = {
            "file": path.name,
            "started": text(content, "datetime"),
            "python": text(mapping(content, "machine_info"), "python_version"),
        }
        for benchmark in items(content, "benchmarks"):
            yield about | _measured(benchmark)
        for entrant in items(mapping(content, "poolproof"), "unmeasured"):
            yield about | _unmeasured(entrant)
    except json.JSONDecodeError as error:
        raise RecordError(
            f"{path}, line {error.lineno}: expected JSON as pytest-benchmark writes it "
            f"({error.msg}); move it elsewhere or run python -m pytest benchmarks/compare again"
        ) from error
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from error


def _measured(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    info = mapping(benchmark, "extra_info")
    seconds = [float(sample) for sample in items(mapping(benchmark, "stats"), "data")]
    tasks = int(maybe_number(info, "tasks") or 1)
    makespans = [float(ratio) for ratio in items(info, "ratios")]
    return {
        "group": maybe_text(benchmark, "group") or text(info, "row"),
        "row": text(info, "row"),
        "title": text(info, "title"),
        "start_method": text(info, "start_method"),
        "entrant": text(info, "label"),
        "subject": text(info, "pool"),
        "role": text(info, "role"),
        "version": maybe_version(info),
        "chunksize": maybe_number(info, "chunksize"),
        "tasks": tasks,
        "load_average": items(info, "load_average"),
        "quantity": MAKESPAN if makespans else PER_ITEM,
        "samples": makespans or [sample / tasks for sample in seconds],
        "unstable": maybe_text(info, "unstable"),
        "status": "ok",
        "reason": None,
        "pip_line": None,
    }


def _unmeasured(entrant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "group": text(entrant, "group"),
        "row": text(entrant, "row"),
        "title": text(entrant, "title"),
        "start_method": text(entrant, "start_method"),
        "entrant": text(entrant, "label"),
        "subject": text(entrant, "pool"),
        "role": text(entrant, "role"),
        "version": maybe_version(entrant),
        "chunksize": None,
        "tasks": None,
        "load_average": [],
        "quantity": None,
        "samples": [],
        "unstable": None,
        "status": text(entrant, "status"),
        "reason": maybe_text(entrant, "reason"),
        "pip_line": maybe_text(entrant, "pip_line"),
    }
