"""What a comparison leaves behind: pytest-benchmark's JSON, with what its readers must know.

Each entrant that was measured is one entry of `benchmarks`: `stats` are seconds a sample,
`stats.data` the samples in the order of the rounds, `params` are row, start_method and pool, and
`extra_info` holds

    schema 1 · row, title · start_method (what was really used) · group_start_method
    pool, label, role ("reference" | "baseline" | "control" | "sweep" | "peer"), version
    workers · unit "s" · tasks (items a sample) · asked_tasks · payload_bytes (one way, a sample)
    chunksize (null: the row's own or none) · seed · load_average [3], at the start of the group
    bounds_s, ratios   scheduling rows only, one a sample: the lower bound max(CPU seconds of all
                       items / workers, dearest item), and makespan / bound
    unstable           a sentence, where the samples are too short or too far apart to be trusted

The others are never silent.  They are in the top-level object `poolproof`:

    schema 1 · quick · workers · iterations_per_s
    unmeasured: [{row, title, group, start_method, pool, label, role, version, status, reason,
                  pip_line}]   status: missing | unsupported | failed | hung | died
"""

import statistics
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from platform import python_version
from typing import Any

from .entrants import Group
from .results import Result
from .rows import WORKERS
from .workloads import SEED

SCHEMA = 1
SHORTEST_RELIABLE_S = 1e-3
WIDEST_RELIABLE = 0.25


def default_path(rootdir: Path) -> Path:
    """Return where the JSON goes: the reports room of a checkout, else a folder beside the user."""
    reports = rootdir / "reports"
    folder = reports / "records" if reports.is_dir() else Path.cwd() / "poolproof-records"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return folder / f"compare-{stamp}-py{python_version()}.json"


def extra_info(group: Group, result: Result) -> dict[str, Any]:
    """Return what goes beside the statistics of a measured entrant."""
    first = result.samples[0]
    info: dict[str, Any] = {
        "schema": SCHEMA,
        "row": group.row.id,
        "title": group.row.title,
        "start_method": result.start_method,
        "group_start_method": group.start_method,
        "pool": result.entrant.subject,
        "label": result.entrant.label,
        "role": result.entrant.role,
        "version": result.version,
        "workers": WORKERS,
        "unit": "s",
        "tasks": first.tasks,
        "asked_tasks": result.asked_tasks,
        "payload_bytes": first.payload_bytes,
        "chunksize": result.entrant.chunksize or group.row.options.get("chunksize"),
        "seed": SEED,
        "load_average": list(result.load_average),
    }
    if result.ratios():
        info |= {"bounds_s": result.bounds_s(), "ratios": result.ratios()}
    doubt = unstable(result.times_s())
    return info | ({"unstable": doubt} if doubt else {})


def unstable(samples_s: list[float]) -> str | None:
    """Say why a median of these samples should not be trusted, and what to do; None if it may."""
    if len(samples_s) == 1:
        return "one sample has no spread: leave --quick out, or give --rows"
    median = statistics.median(samples_s)
    if median < SHORTEST_RELIABLE_S:
        return (
            f"a sample takes {median * 1e6:.0f} us: shorter than 1 ms, so one wake-up decides it; "
            "compare many runs"
        )
    spread = (max(samples_s) - min(samples_s)) / median
    if spread > WIDEST_RELIABLE:
        return (
            f"samples differ by {spread:.0%} of the median: run again on a machine that does "
            "nothing else"
        )
    return None


def unmeasured(group: Group, result: Result) -> dict[str, Any]:
    """Return the record of an entrant without a figure."""
    assert result.refusal is not None
    return {
        "row": group.row.id,
        "title": group.row.title,
        "group": group.id,
        "start_method": group.start_method,
        "pool": result.entrant.subject,
        "label": result.entrant.label,
        "role": result.entrant.role,
        "version": result.version,
        **asdict(result.refusal),
    }


def run_info(
    *, quick: bool, iterations_per_s: float, results: Iterable[tuple[Group, dict[str, Result]]]
) -> dict[str, Any]:
    """Return the top-level object `poolproof`."""
    return {
        "schema": SCHEMA,
        "quick": quick,
        "workers": WORKERS,
        "iterations_per_s": iterations_per_s,
        "unmeasured": [
            unmeasured(group, result)
            for group, found in results
            for result in found.values()
            if result.refusal is not None
        ],
    }
