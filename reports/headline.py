"""The one sentence on top of the report: how the pool under test did, in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .grid import Grid, subject_order
from .words import BROKEN, JUDGED, STDLIB, short_name

_NAMED = 3  # clauses named in the sentence before it says "and N more"


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence, what else there is to say, and whether it is good news."""

    sentence: str
    context: str
    good: bool


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
        judged=sum(1 for found in verdicts.values() if found & JUDGED),
        broken=tuple(clause for clause, found in verdicts.items() if found & BROKEN),
        errors=sum(1 for found in verdicts.values() if "ERROR" in found),
    )


def headline(grid: Grid, subjects: pd.DataFrame) -> Headline | None:
    """Say how the first subject did, and the stdlib beside it; None when nothing was judged."""
    if not grid.columns:
        return None
    subject = min(grid.subjects, key=subject_order)
    must, should = tally(grid, subject, "MUST"), tally(grid, subject, "SHOULD")
    errors = must.errors + should.errors
    context = [_where(grid, subject), _beside(grid, subject)]
    if errors:
        context.append(
            f"On {errors} clauses the suite itself failed: those say nothing of the pool."
        )
    good = not must.broken and not should.broken and must.judged + should.judged > 0
    sentence = f"{_named(subject, subjects)} {_levels(must, should)}."
    return Headline(sentence, " ".join(filter(None, context)), good)


def _levels(must: Tally, should: Tally) -> str:
    counted = {"MUST": must, "SHOULD": should}
    met = [_met(level, one) for level, one in counted.items() if one.judged and not one.broken]
    broken = [
        f"breaks {len(one.broken)} of {one.judged} {level} clauses ({_ids(one.broken)})"
        for level, one in counted.items()
        if one.broken
    ]
    parts = [*([f"meets {_and(met)}"] if met else []), *broken]
    return _and(parts) if parts else "was judged by no MUST and no SHOULD clause"


def _met(level: str, counted: Tally) -> str:
    if counted.judged < counted.testable:
        return f"every {level} clause it was held to ({counted.judged} of {counted.testable})"
    return (
        f"all {counted.judged} {level} clauses" if counted.judged > 1 else f"the one {level} clause"
    )


def _ids(broken: tuple[str, ...]) -> str:
    more = len(broken) - _NAMED
    return ", ".join(broken[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _named(subject: str, subjects: pd.DataFrame) -> str:
    known = subjects.loc[(subjects["subject"] == subject) & subjects["version"].notna()]
    version = f" {known.iloc[-1]['version']}" if len(known) else ""
    return f"{short_name(subject)}{version}"


def _where(grid: Grid, subject: str) -> str:
    mine = [column for column in grid.columns if column.subject == subject]
    methods = _and(list(dict.fromkeys(column.start_method for column in mine)))
    pythons = _and(list(dict.fromkeys(column.python for column in mine)))
    return f"Start methods: {methods}. Python {pythons}."


def _beside(grid: Grid, subject: str) -> str:
    if subject == STDLIB or STDLIB not in grid.subjects:
        return ""
    must, should = tally(grid, STDLIB, "MUST"), tally(grid, STDLIB, "SHOULD")
    return f"In the same report, {short_name(STDLIB)} {_levels(must, should)}."


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
