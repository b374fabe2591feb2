"""What stands on top of the report: how the pools on it did, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from .grid import Grid, subject_order
from .words import BROKEN, JUDGED, short_name

_NAMED = 3  # clauses named in the sentence before it says "and N more"


@dataclass(frozen=True, slots=True)
class Headline:
    """What is said on top.

    sentence:  speaks for every pool of the page.
    pools:     one sentence a pool that was judged, where there are several.
    context:   under which conditions, and what to keep in mind.
    """

    sentence: str
    pools: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Clauses of one level that a subject was judged by, over all its columns."""

    testable: int
    judged: int
    broken: tuple[str, ...]  # clause ids, in the order of the specification
    errors: int  # clauses on which the suite itself failed


def tally(grid: Grid, subject: str, level: str) -> Tally:
    """Count by clause: one that fails under any start method is broken."""
    mine = [index for index, column in enumerate(grid.columns) if column.subject == subject]
    rows = [row for row in grid.rows if row.level == level and not row.untested]
    verdicts = {row.id: {row.cells[index] for index in mine} for row in rows}
    return Tally(
        testable=len(rows),
        judged=sum(1 for found in verdicts.values() if _is_judged(found)),
        broken=tuple(clause for clause, found in verdicts.items() if found & BROKEN),
        errors=sum(1 for found in verdicts.values() if "ERROR" in found),
    )


def headline(grid: Grid, subjects: pd.DataFrame) -> Headline | None:
    """Say how every subject did, those on the page without a verdict included.

    None when nothing was judged.
    """
    if not grid.columns:
        return None
    every = sorted(
        {*grid.subjects, *subjects["subject"]}, key=lambda name: (subject_order(name), name)
    )
    names = _names(every)
    must = {subject: tally(grid, subject, "MUST") for subject in every}
    should = {subject: tally(grid, subject, "SHOULD") for subject in every}
    told = {
        subject: f"{names[subject]}{_version(subject, subjects)} "
        f"{_levels(must[subject], should[subject])}."
        for subject in every
    }
    context = [_conditions(grid)]
    if failed := [subject for subject in every if must[subject].errors + should[subject].errors]:
        errors = sum(must[subject].errors + should[subject].errors for subject in failed)
        context.append(
            f"On {errors} {'clause' if errors == 1 else 'clauses'} the suite itself failed "
            f"({_and([names[subject] for subject in failed])}): that says nothing of the pool."
        )
    if len(every) == 1:
        return Headline(told[every[0]], (), " ".join(context))
    judged = [subject for subject in every if must[subject].judged or should[subject].judged]
    pools = tuple(told[subject] for subject in judged)
    return Headline(_conforming(must, names), pools, " ".join(context))


def _is_judged(found: set[str | None]) -> bool:
    """Whether the verdicts on a clause say something of the pool, also where one is ERROR."""
    return bool(found & BROKEN) or (bool(found & JUDGED) and "ERROR" not in found)


def _conforming(must: Mapping[str, Tally], names: Mapping[str, str]) -> str:
    """Say how many of how many pools break no MUST clause, and name all of them."""
    broken = [names[subject] for subject, one in must.items() if one.broken]
    silent = [names[subject] for subject, one in must.items() if not one.judged]
    conform = [
        f"{names[subject]} ({_of(one)})"
        for subject, one in must.items()
        if one.judged and not one.broken
    ]
    count = len(conform) or "None"
    verb, they = ("conforms", "it was") if len(conform) < 2 else ("conform", "they were")
    parts = [f"{count} of {len(must)} pools {verb} to the MUST clauses {they} held to"]
    parts[0] += f": {_and(conform)}." if conform else "."
    if broken:
        parts.append(f"{_and(broken)} {'does' if len(broken) == 1 else 'do'} not.")
    if silent:
        parts.append(f"{_and(silent)} {'was' if len(silent) == 1 else 'were'} judged by none.")
    return " ".join(parts)


def _levels(must: Tally, should: Tally) -> str:
    counted = {"MUST": must, "SHOULD": should}
    met = [_met(level, one) for level, one in counted.items() if one.judged and not one.broken]
    broken = [_broken(level, one) for level, one in counted.items() if one.broken]
    parts = [*([f"meets {_and(met)}"] if met else []), *broken]
    return _and(parts) if parts else "was judged by no MUST and no SHOULD clause"


def _met(level: str, counted: Tally) -> str:
    held = "" if counted.judged == counted.testable else " (all that it was held to)"
    return f"{_of(counted)} {level} clauses{held}"


def _broken(level: str, counted: Tally) -> str:
    found, judged = len(counted.broken), counted.judged
    if judged == counted.testable:
        return f"breaks {found} of {judged} {level} clauses ({_ids(counted.broken)})"
    which = f"{found} of the {judged} {level} clauses" if judged > 1 else f"the one {level} clause"
    return (
        f"breaks {which} that it was held to, of {counted.testable} in all ({_ids(counted.broken)})"
    )


def _of(counted: Tally) -> str:
    """Return "all 132", or "1 of 132" where only a part of the clauses was judged."""
    part = counted.judged < counted.testable
    return f"{counted.judged} of {counted.testable}" if part else f"all {counted.testable}"


def _ids(broken: tuple[str, ...]) -> str:
    more = len(broken) - _NAMED
    return ", ".join(broken[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _names(every: list[str]) -> dict[str, str]:
    """Return what to call each subject: the short name, unless two share it."""
    short = Counter(short_name(subject) for subject in every)
    return {
        subject: name if short[name := short_name(subject)] == 1 else subject for subject in every
    }


def _version(subject: str, subjects: pd.DataFrame) -> str:
    """Return a space and the version, where it is known and every Python had the same."""
    found = subjects.loc[subjects["subject"] == subject, "version"].dropna().unique()
    return f" {found[0]}" if len(found) == 1 else ""


def _conditions(grid: Grid) -> str:
    methods = _and(list(dict.fromkeys(column.start_method for column in grid.columns)))
    pythons = _and(list(dict.fromkeys(column.python for column in grid.columns)))
    return f"Start methods: {methods}. Python {pythons}."


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
