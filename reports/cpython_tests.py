"""What CPython's own pool tests say of each subject: counts, and the tests that fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from .frames import rows
from .grid import subject_order
from .load_cpython import RESULTS
from .sources import interrupted, source
from .words import short_name

# How a result of unittest is shown: the verdict whose sign and colour it borrows.
SHOWN_AS: Final = dict(zip(RESULTS, ("PASS", "SKIP", "FAIL", "FAIL", "HANG", "CRASH"), strict=True))
_LONGEST_MESSAGE: Final = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Tally:
    """One subject under one start method and Python."""

    short: str
    version: str | None
    start_method: str
    python: str
    counts: tuple[tuple[str, int], ...]  # a number for each of RESULTS
    bad: tuple[dict[str, Any], ...]  # test, result, message


@dataclass(frozen=True, slots=True)
class CpythonTests:
    """All tallies, warnings of interrupted runs, and the files they come from."""

    tallies: tuple[Tally, ...]
    banners: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]


def build_cpython_tests(frame: pd.DataFrame) -> CpythonTests:
    """Count the frame of load_cpython by subject, start method and Python."""
    keys = ["subject", "start_method", "python"]
    parts = sorted(
        (part for _, part in frame.groupby(keys, sort=False)),
        key=lambda part: subject_order(str(part["subject"].iloc[0])),
    )
    files = [rows(part) for _, part in frame.groupby("file", sort=False)]
    return CpythonTests(
        tallies=tuple(_tally(part) for part in parts),
        banners=interrupted(((file[0], len(file)) for file in files), "results"),
        sources=tuple(source(file[0], f"{len(file)} tests") for file in files),
    )


def _tally(part: pd.DataFrame) -> Tally:
    records = rows(part)
    first = records[0]
    results = [record["result"] for record in records]
    bad = [record for record in records if record["result"] not in ("pass", "skip")]
    for record in bad:
        record["message"] = (record["message"] or "")[-_LONGEST_MESSAGE:]
    return Tally(
        short=short_name(first["subject"]),
        version=first["version"],
        start_method=first["start_method"],
        python=first["python"],
        counts=tuple((result, results.count(result)) for result in RESULTS),
        bad=tuple(bad),
    )
