"""The side-by-side timings: medians with spread, against the stdlib, above the noise or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from . import units
from .chart_timings import draw_group
from .entrants import Entrant
from .frames import rows
from .grid import version_order
from .load_compare import MAKESPAN
from .stats import Spread, against_noise, noise_floor, spread, times_as_fast
from .words import short_name

SIGNS = {"faster": "▲", "slower": "▼", "within noise": "≈"}


@dataclass(frozen=True, slots=True)
class Group:
    """One question under one start method and Python: who answered it how fast."""

    title: str
    start_method: str
    python: str
    is_makespan: bool
    measured: tuple[Entrant, ...]  # fastest first
    unmeasured: tuple[Entrant, ...]
    band: tuple[float, float] | None  # where the two measurements of the stdlib lie
    floor: float | None  # relative; differences below it are noise
    load: str
    chart: Markup | None

    def show(self, value: float) -> str:
        """Return a value of the group's quantity with its unit."""
        return f"{units.ratio(value)} bound" if self.is_makespan else units.duration(value)

    def entrant(self, label: str) -> Entrant | None:
        """Find an entrant by its label."""
        everyone = (*self.measured, *self.unmeasured)
        return next((entrant for entrant in everyone if entrant.label == label), None)


@dataclass(frozen=True, slots=True)
class Timings:
    """All groups, and the files they come from."""

    groups: tuple[Group, ...]
    sources: tuple[dict[str, Any], ...]

    @property
    def pools(self) -> list[str]:
        """The labels that head the overview: every pool once, without control and sweep."""
        entrants = [one for group in self.groups for one in (*group.measured, *group.unmeasured)]
        wanted = [one for one in entrants if one.role in ("reference", "peer")]
        first = sorted(wanted, key=lambda one: (one.role != "reference", one.label.lower()))
        return list(dict.fromkeys(one.label for one in first))

    @property
    def pythons(self) -> list[str]:
        """The Python versions that were timed."""
        return list(dict.fromkeys(group.python for group in self.groups))


def build_timings(frame: pd.DataFrame) -> Timings:
    """Arrange the frame of load_compare by group; newest Python first."""
    keys = ["python", "group"]
    grouped = [(key, part) for key, part in frame.groupby(keys, sort=False)]
    groups = [_group(part) for _, part in grouped]
    groups.sort(key=lambda group: version_order(group.python), reverse=True)
    sources = [
        {
            "file": str(part["file"].iloc[0]),
            "started": units.moment(str(part["started"].iloc[0])),
            "python": str(part["python"].iloc[0]),
            "what": f"{(part['status'] == 'ok').sum()} timings",
            "state": "complete",
            "command": "python -m pytest benchmarks/compare",
        }
        for _, part in frame.groupby("file", sort=False)
    ]
    return Timings(tuple(groups), tuple(sources))


def _group(part: pd.DataFrame) -> Group:
    records = rows(part)
    spreads = {one["entrant"]: spread(one["samples"]) for one in records if one["samples"]}
    by_role = {one["role"]: spreads.get(one["entrant"]) for one in records}
    baseline, control = by_role.get("baseline"), by_role.get("control")
    floor = noise_floor(baseline, control) if baseline and control else None
    band = _band(baseline, control) if baseline and control else None
    entrants = [_entrant(one, spreads.get(one["entrant"]), baseline, floor) for one in records]
    measured = sorted((one for one in entrants if one.spread), key=_median)
    is_makespan = any(one["quantity"] == MAKESPAN for one in records)
    first = records[0]
    chart = draw_group(first["title"], measured, band, is_makespan=is_makespan)
    return Group(
        title=first["title"],
        start_method=first["group"].removeprefix(f"{first['row']}-") or first["start_method"],
        python=first["python"],
        is_makespan=is_makespan,
        measured=tuple(measured),
        unmeasured=tuple(one for one in entrants if not one.spread),
        band=band,
        floor=floor,
        load=" ".join(f"{load:.2f}" for load in next(filter(None, _loads(records)), [])),
        chart=chart if measured else None,
    )


def _loads(records: Sequence[dict[str, Any]]) -> list[list[float]]:
    return [one["load_average"] for one in records]


def _median(entrant: Entrant) -> float:
    return entrant.spread.median if entrant.spread else float("inf")


def _band(one: Spread, other: Spread) -> tuple[float, float]:
    return min(one.q1, other.q1), max(one.q3, other.q3)


def _entrant(
    record: dict[str, Any], found: Spread | None, baseline: Spread | None, floor: float | None
) -> Entrant:
    ratio = times_as_fast(baseline.median, found.median) if found and baseline else None
    judged = ratio is not None and floor is not None and record["role"] != "baseline"
    return Entrant(
        label=_label(record),
        role=record["role"],
        version=record["version"],
        spread=found,
        tasks=None if record["tasks"] is None else int(record["tasks"]),
        ratio=ratio,
        reading=against_noise(ratio, floor) if judged and ratio and floor is not None else "",
        unstable=record["unstable"],
        status=record["status"],
        reason=record["reason"],
        pip_line=record["pip_line"],
    )


def _label(record: dict[str, Any]) -> str:
    name = short_name(record["subject"])
    if record["role"] == "control":
        return f"{name}, measured again"
    if record["role"] == "sweep":
        return str(record["entrant"]).replace(record["subject"], name)
    return name
