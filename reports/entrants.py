"""One pool in one group of timings: what the chart draws and the table lists."""

from __future__ import annotations

from dataclasses import dataclass

from .stats import Spread


@dataclass(frozen=True, slots=True)
class Entrant:
    """One pool in one group. `spread` is in the group's quantity; None when not measured."""

    label: str
    role: str
    version: str | None
    spread: Spread | None
    tasks: int | None
    ratio: float | None  # times as fast as the stdlib in the same run
    reading: str  # faster, slower, within noise, or empty
    unstable: str | None
    status: str
    reason: str | None
    pip_line: str | None
