"""The conditions the numbers were taken under, and the warnings that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import units
from .frames import rows


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
    banners = tuple(_banner(run) for run in every if not run["complete"])
    return Conditions(facts, banners, tuple(_source(run) for run in every))


def _facts(run: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    load = ", ".join(f"{value:.2f}" for value in run["load_average"] or ())
    cores = run["cpu_count"]
    budget = {
        "a clause": run["deadline_s"] and units.duration(run["deadline_s"]),
        "budget scale": run["budget_scale"] and units.ratio(run["budget_scale"]),
        "calibration": run["calibration_s"] and units.duration(run["calibration_s"]),
    }
    facts = (
        ("Python", f"{run['implementation']} {run['python']}"),
        ("Machine", run["machine"]),
        ("Cores", int(cores) if cores else ""),
        ("Load", f"{load} runnable processes over 1, 5, 15 min" if load else ""),
        ("Deadline", ", ".join(f"{shown} {what}" for what, shown in budget.items() if shown)),
        ("Seed", run["seed"]),
        ("Started", units.moment(run["started"])),
        ("Suite", run["suite_version"]),
        ("Platform", run["platform"]),
        ("Command", run["command"]),
    )
    return tuple((label, str(value) or "not recorded") for label, value in facts)


def _banner(run: dict[str, Any]) -> str:
    return (
        f"Incomplete: the run of {units.moment(run['started'])} on Python {run['python']} was "
        f"interrupted after {run['ran']} of {run['expected']} checks ({run['file']}). "
        "What it recorded is shown."
    )


def _source(run: dict[str, Any]) -> dict[str, str]:
    exit_code = run["exit_code"]
    return {
        "file": run["file"],
        "started": units.moment(run["started"]),
        "python": run["python"],
        "ran": f"{run['ran']} of {run['expected']}",
        "state": "complete" if run["complete"] else "incomplete",
        "exit_code": "" if exit_code is None else str(int(exit_code)),
        "command": run["command"],
    }
