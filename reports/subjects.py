"""One card a subject: version, how much was run, and how each level came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .frames import rows
from .grid import Grid, subject_order, version_order
from .load_conformance import Conformance
from .schema import LEVELS
from .words import JUDGED, MEANINGS, short_name


@dataclass(frozen=True, slots=True)
class LevelBar:
    """Checks of one level: (verdict, how many), from harmless to worst."""

    level: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All checks of this level."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Card:
    """A subject under one Python; a missing one has a reason and the pip line."""

    subject: str
    short: str
    python: str
    version: str | None
    available: bool
    reason: str | None
    pip_line: str | None
    ran: int  # checks that led to a verdict on the pool
    clauses: int  # testable ones, of every level
    start_methods: int
    bars: tuple[LevelBar, ...]

    @property
    def reach(self) -> str:
        """Of how many checks `ran` is a part, and how the headline's clauses make that number."""
        methods = (
            "1 start method" if self.start_methods == 1 else f"{self.start_methods} start methods"
        )
        return (
            f"{self.ran} of {self.clauses * self.start_methods} checks ({self.clauses} clauses, "
            f"those of every level, × {methods})"
        )


def build_cards(grid: Grid, data: Conformance) -> list[Card]:
    """Cards in the order of the grid, missing subjects last."""
    cards = [_card(grid, row) for row in rows(data.subjects)]
    return sorted(cards, key=lambda card: (not card.available, *subject_order(card.subject)))


def cards_by_python(grid: Grid, cards: list[Card]) -> dict[str, list[Card]]:
    """Group the cards: first the Python version with the most verdicts, then the newest."""
    pythons = sorted({card.python for card in cards}, key=version_order, reverse=True)
    if grid.columns:
        pythons.sort(key=lambda python: python != grid.main_python)
    return {python: [card for card in cards if card.python == python] for python in pythons}


def _card(grid: Grid, row: dict[str, Any]) -> Card:
    subject, python = str(row["subject"]), str(row["python"])
    mine = [
        index
        for index, column in enumerate(grid.columns)
        if (column.subject, column.python) == (subject, python)
    ]
    bars = tuple(bar for level in LEVELS if (bar := _bar(grid, mine, level)).total)
    requirement = row["requirement"]
    pip_line = f"pip install '{requirement}'" if requirement else None
    testable = sum(1 for clause in grid.rows if not clause.untested)
    return Card(
        subject=subject,
        short=short_name(subject),
        python=python,
        version=row["version"],
        available=bool(row["available"]),
        reason=(row["reason"] or "").removesuffix(f": {pip_line}") or None,  # it stands below
        pip_line=pip_line,
        ran=sum(count for bar in bars for verdict, count in bar.counts if verdict in JUDGED),
        clauses=testable,
        start_methods=len(mine),
        bars=bars,
    )


def _bar(grid: Grid, columns: list[int], level: str) -> LevelBar:
    cells = [row.cells[index] for row in grid.rows if row.level == level for index in columns]
    counts = ((verdict, cells.count(verdict)) for verdict in MEANINGS)
    return LevelBar(level, tuple((verdict, count) for verdict, count in counts if count))
