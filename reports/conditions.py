"""The conditions the numbers were taken under, and the warnings that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import units
from .frames import rows
from .sources import interrupted, source


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the conditions box shows.

    facts:    (label, value) of the newest run.
    banners:  one sentence each, worst news first.
    sources:  one row a record file, newest first.
    """

    facts: tuple[tuple[str, str], ...]
    banners: tuple[str, ...]
    sources: tuple[dict[str, str], ...]


def build_conditions(runs: pd.DataFrame) -> Conditions:
    """Describe the runs; the newest one is the first row."""
    every = rows(runs)
    facts = _facts(every[0]) if every else ()
    banners = interrupted(((run, run["ran"]) for run in every), "checks")
    return Conditions(facts, banners, tuple(_source(run) for run in every))


def _facts(run: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    load = ", ".join(f"{value:.2f}" for value in run["load_average"] or ())
    cores = run["cpu_count"]
    budget = (
        run["deadline_s"] and f"{units.duration(run['deadline_s'])} a clause",
        run["budget_scale"] and f"budget scale {units.ratio(run['budget_scale'])}",
        run["calibration_s"] and f"calibration {units.duration(run['calibration_s'])}",
    )
    facts = (
        ("Python", f"{run['implementation']} {run['python']}"),
        ("Machine", run["machine"]),
        ("Cores", int(cores) if cores else ""),
        ("Load", f"{load} runnable processes over 1, 5, 15 min" if load else ""),
        ("Deadline", ", ".join(filter(None, budget))),
        ("Seed", run["seed"]),
        ("Started", units.moment(run["started"])),
        ("Suite", run["suite_version"]),
        ("Platform", run["platform"]),
        ("Command", run["command"]),
    )
    return tuple((label, str(value) or "not recorded") for label, value in facts)


def _source(run: dict[str, Any]) -> dict[str, str]:
    """Return its row, with those conditions that differ from run to run on one machine."""
    code = run["exit_code"]
    end = "" if code is None else f", exit code {int(code)}"
    what = (
        f"{run['ran']} of {run['expected']} checks",
        run["deadline_s"] and f"deadline {units.duration(run['deadline_s'])} a clause",
        run["load_average"] and f"load {run['load_average'][0]:.2f}",
    )
    return source(run, ", ".join(filter(None, what)), end=end)
