"""`python -m reports timeline FILE`: a lane a worker, a bar an item, as one page.

The bars travel as deflated JSON and are drawn on a canvas, since 100 000 elements
would make the page slow; the table says in numbers what the drawing shows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import units
from .details import pack
from .load_trace import load_trace
from .page import environment


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker in numbers; a gap is time in which it ran nothing while the trace went on."""

    name: str
    items: int
    lost: int
    busy_s: float
    busy_fraction: float
    longest_gap_s: float
    gap_at_s: float


def draw_timeline(path: Path) -> str:
    """Return the page for the trace in `path`.

    Raises: RecordError when the file is no trace.
    """
    bars = load_trace(path)
    span_us = float((bars["start_us"] + bars["duration_us"]).max())
    lanes = [measure(str(name), part, span_us) for name, part in bars.groupby("lane", sort=True)]
    busy = sum(lane.busy_fraction for lane in lanes) / len(lanes)
    lost = sum(lane.lost for lane in lanes)
    workers = "1 worker" if len(lanes) == 1 else f"{len(lanes)} workers"
    return (
        environment()
        .get_template("timeline.html.j2")
        .render(
            name=path.name,
            sentence=f"{len(bars):,} items on {workers} in {units.duration(span_us / 1e6)}; "
            f"on average a worker was busy {units.percent(busy)} of the time." + _deaths(lost),
            lost=lost,
            lanes=lanes,
            packed=pack(_columns(bars, span_us)),
        )
    )


def _deaths(lost: int) -> str:
    if not lost:
        return ""
    return f" {lost:,} " + (
        "item died with its worker." if lost == 1 else "items died with their workers."
    )


def measure(name: str, part: pd.DataFrame, span_us: float) -> Lane:
    """Add up one lane. `part` is sorted by start; bars that overlap count once.

    The wait before the first bar and the one after the last are gaps too: that is
    where a starved worker shows.
    """
    starts = part["start_us"].to_numpy(dtype=float)
    reach = np.maximum.accumulate(starts + part["duration_us"].to_numpy(dtype=float))
    idle_from = np.concatenate(([0.0], reach))
    gaps = np.maximum(np.concatenate((starts, [span_us])) - idle_from, 0.0)
    longest = int(gaps.argmax())
    busy_us = span_us - float(gaps.sum())
    return Lane(
        name=name,
        items=len(part),
        lost=sum(map(_is_lost, part["args"])),
        busy_s=busy_us / 1e6,
        busy_fraction=busy_us / span_us if span_us else 1.0,
        longest_gap_s=float(gaps[longest]) / 1e6,
        gap_at_s=float(idle_from[longest]) / 1e6,
    )


def _columns(bars: pd.DataFrame, span_us: float) -> dict[str, Any]:
    """Return the bars by lane, in whole nanoseconds, each start as the step from the one before."""
    words = {word: place for place, word in enumerate(dict.fromkeys(bars["name"]))}
    lanes = []
    for name, part in bars.groupby("lane", sort=True):
        starts = (part["start_us"] * 1000).round().astype("int64").to_numpy()
        lanes.append(
            {
                "name": str(name),
                "steps": np.diff(starts, prepend=0).tolist(),
                "durations": (part["duration_us"] * 1000).round().astype("int64").tolist(),
                "words": [words[word] for word in part["name"]],
                "args": [_plain(args) for args in part["args"]],
                "lost": [place for place, args in enumerate(part["args"]) if _is_lost(args)],
            }
        )
    return {"span": round(span_us * 1000), "words": list(words), "lanes": lanes}


def _is_lost(args: Any) -> bool:
    return isinstance(args, dict) and args.get("lost") is True


def _plain(args: Any) -> str:
    if not isinstance(args, dict):
        return ""
    return ", ".join(f"{key} {json.dumps(value, default=str)}" for key, value in args.items())
