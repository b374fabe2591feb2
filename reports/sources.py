"""A record file as the page names it: a row among the sources, a warning if it was cut short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import units


def source(run: Mapping[str, Any], what: str, *, end: str = "") -> dict[str, str]:
    """Return the row of a run that recorded `what`; `end` says more of how it ended."""
    return {
        "file": run["file"],
        "started": units.moment(run["started"]),
        "python": run["python"],
        "what": what,
        "state": ("complete" if run["complete"] else "incomplete") + end,
        "command": run["command"],
    }


def interrupted(run: Mapping[str, Any], shown: int, what: str) -> str:
    """Return the warning that of a run only `shown` records are there."""
    return (
        f"Incomplete: the run of {units.moment(run['started'])} ({run['file']}) was "
        f"interrupted; {shown} of its {run['expected']} {what} are shown."
    )
