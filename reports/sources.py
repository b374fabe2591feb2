"""A record file as the page names it: a row among the sources, a warning if it was cut short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def interrupted(runs: Iterable[tuple[Mapping[str, Any], int]], what: str) -> tuple[str, ...]:
    """Return the warning, if one is due, that names every run of which a part is missing.

    runs:  each run, and how many of its records are there.
    what:  what its records are called.
    """
    parts = [
        f"the run of {units.moment(run['started'])} on Python {run['python']}, "
        f"{_how_far(shown, run['expected'], what)} ({run['file']})"
        for run, shown in runs
        if not run["complete"]
    ]
    if not parts:
        return ()
    many = f"{len(parts)} runs have no end: " if len(parts) > 1 else ""
    return (f"Incomplete: {many}{'; '.join(parts)}. What was recorded is shown.",)


def _how_far(shown: int, expected: int, what: str) -> str:
    if shown < expected:
        return f"interrupted after {shown} of {expected} {what}"
    return f"with all of its {what} ({shown} of {expected}), but without its last line"
