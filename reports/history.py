"""asv's results: the reference pool beside the stdlib, over chunk sizes and over commits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from . import units
from .chart_history import NAMES, Line, draw_panel
from .frames import or_none, rows
from .words import short_name

# A benchmark's name says how many items one timed call has: time_map_2000_noops.
_COUNT: Final = re.compile(r"_(\d+)_(noops|items|tasks)\b")
_PLAIN: Final = ("pool", "start_method")


@dataclass(frozen=True, slots=True)
class Panel:
    """One benchmark: a chart with a facet a start method, and the table behind it."""

    title: str
    about: str
    chart: Markup
    axis: str  # what the columns of the table are called
    table: tuple[tuple[str, ...], ...]  # pool, start method, axis value, median, IQR
    wide: bool  # has facets side by side


@dataclass(frozen=True, slots=True)
class History:
    """All panels, the benchmarks that gave no number, and the files they come from."""

    panels: tuple[Panel, ...]
    failures: tuple[str, ...]
    commits: int
    sources: tuple[dict[str, Any], ...]


def build_history(frame: pd.DataFrame) -> History:
    """Arrange the frame of load_asv: sweeps of the newest commit, then change over commits."""
    timed = frame[(frame["status"] == "ok") & (frame["unit"] == "seconds")]
    newest = timed[timed["date"] == timed.groupby("python")["date"].transform("max")]
    panels = [
        _sweep(str(name), str(python), part)
        for (name, python), part in newest.groupby(["benchmark", "python"], sort=False)
    ]
    commits = int(timed["commit"].nunique())
    if commits > 1:
        panels += [
            _over_commits(str(name), str(python), part)
            for (name, python), part in timed.groupby(["benchmark", "python"], sort=False)
        ]
    panels.sort(key=lambda panel: not panel.wide)
    return History(tuple(panels), tuple(_failures(frame)), commits, tuple(_sources(frame)))


def _sweep(name: str, python: str, part: pd.DataFrame) -> Panel:
    """Return the panel of the newest commit; its axis is the parameter beside the plain two."""
    records = rows(part)
    extra = [param for param in records[0]["params"] if param not in _PLAIN]
    axis = extra[0] if extra else NAMES
    lines: dict[tuple[str, str], Line] = {}
    for record in records:
        pool, method = short_name(record["pool"] or name), record["start_method"] or "any"
        where = record["params"][axis] if extra else method
        line = lines.setdefault(
            (pool, method if extra else ""), Line(pool, method if extra else "")
        )
        line.add("its own choice" if where is None else str(where), *_three(record, name))
    about = f"Python {python}, commit {records[0]['commit'][:8]}. {_says(name)}"
    if all(record["repeat"] == 1 for record in records):
        about += " One sample a point, as a quick run takes: no spread to show."
    return _panel(_title(name), about, axis, name, lines.values())


def _over_commits(name: str, python: str, part: pd.DataFrame) -> Panel:
    lines: dict[tuple[str, str], Line] = {}
    for record in rows(part):
        rest = ", ".join(
            f"{param} {value}" for param, value in record["params"].items() if param not in _PLAIN
        )
        facet = " · ".join(filter(None, (record["start_method"], rest)))
        pool = short_name(record["pool"] or name)
        line = lines.setdefault((pool, facet), Line(pool, facet))
        line.add(record["commit"][:8], *_three(record, name))
    about = f"Python {python}, one point a commit, oldest first. {_says(name)}"
    return _panel(f"{_title(name)} over commits", about, "commit", name, lines.values())


def _panel(title: str, about: str, axis: str, name: str, lines: Iterable[Line]) -> Panel:
    lines = list(lines)
    is_rate = _COUNT.search(name) is not None
    show = (lambda value: units.rate(value, "tasks")) if is_rate else units.duration
    label = "tasks per second, more is better" if is_rate else "time, less is better"
    ticks = units.short_rate if is_rate else units.short_duration
    chart = draw_panel(title, lines, axis=axis, label=label, show=ticks)
    table = tuple(
        (line.pool, line.facet, where, show(middle), f"{show(low)} to {show(high)}")
        for line in lines
        for where, low, middle, high in line.points
    )
    wide = len({line.facet for line in lines}) > 1
    return Panel(title, about, chart, axis, table, wide)


def _three(record: dict[str, Any], name: str) -> tuple[float, float, float]:
    """Return quartile, median, quartile: tasks/s where the name tells how many, else seconds."""
    middle = float(record["value"])
    low, high = (float(or_none(record[key]) or middle) for key in ("q25", "q75"))
    low, high = min(low, middle), max(high, middle)  # asv rounds the median alone
    if found := _COUNT.search(name):
        tasks = int(found[1])
        return tasks / high, tasks / middle, tasks / low
    return low, middle, high


def _title(name: str) -> str:
    return name.rsplit(".", 1)[-1].removeprefix("time_").replace("_", " ")


def _says(name: str) -> str:
    found = _COUNT.search(name)
    return f"Tasks per second of one call with {found[1]} items." if found else "Time of one call."


def _failures(frame: pd.DataFrame) -> Iterable[str]:
    """Name each benchmark that raised or ran out of time; asv keeps no more of it."""
    for name, part in frame[frame["status"] == "failed"].groupby("benchmark", sort=False):
        yield f"{name}: {len(part)} parameter combinations failed or timed out"


def _sources(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    for file, part in frame.groupby("file", sort=False):
        yield {
            "file": str(file),
            "started": units.moment(part["date"].iloc[0].isoformat()),
            "python": str(part["python"].iloc[0]),
            "what": f"{(part['status'] == 'ok').sum()} timings",
            "state": "complete",
            "command": "asv run",
        }
