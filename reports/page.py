"""Frames in, one self-contained HTML page out: no script, style, font or image from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from . import units
from .conditions import build_conditions
from .cpython_tests import SHOWN_AS, CpythonTests
from .details import pack_details
from .grid import build_grid
from .headline import headline
from .history import History
from .load_conformance import Conformance
from .subjects import build_cards, cards_by_python
from .teeth import TeethTable
from .timings import SIGNS, Timings
from .words import LEVEL_SAYS, MEANINGS, short_name

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the navigation bar."""

    id: str
    title: str


def environment() -> Environment:
    """Return the template environment: everything escaped, nothing undefined."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["prose"] = _prose
    found.globals |= {"asset": _asset, "short_name": short_name, "units": units}
    return found


def render_report(
    data: Conformance,
    timings: Timings,
    history: History,
    cpython: CpythonTests,
    teeth: TeethTable,
) -> str:
    """Return the whole page as HTML."""
    conditions = build_conditions(data.runs)
    grid = build_grid(data)
    cards = build_cards(grid, data)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            sections=_sections(
                pools=bool(cards),
                grid=bool(grid.columns),
                cpython=bool(cpython.tallies),
                timings=bool(timings.groups),
                history=bool(history.panels),
                teeth=bool(teeth.areas),
            ),
            headline=headline(grid, data.subjects),
            conditions=conditions,
            sources=[
                *conditions.sources,
                *cpython.sources,
                *teeth.sources,
                *timings.sources,
                *history.sources,
            ],
            cards=cards_by_python(grid, cards),
            grid=grid,
            timings=timings,
            signs=SIGNS,
            cpython=cpython,
            shown_as=SHOWN_AS,
            history=history,
            teeth=teeth,
            meanings=MEANINGS,
            level_says=LEVEL_SAYS,
            tones=_tones(),
            packed=pack_details(grid, data),
            built=units.moment(datetime.now(UTC).isoformat()),
        )
    )


def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  # our own file


def _prose(text: str) -> Markup:
    """Return text in which `backquotes` mark code, as the specification writes it."""
    parts = text.split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else part
        for index, part in enumerate(parts)
    )


def _tones() -> Markup:
    rules = (f".{name}{{--tone:var(--tone-{meaning.tone})}}" for name, meaning in MEANINGS.items())
    return Markup("".join(rules))  # noqa: S704  # made of our own names


def _sections(**there: bool) -> list[Section]:
    """Return the entries of the navigation bar, in the order of the page."""
    titles = {
        "verdict": "Verdict",
        "pools": "Pools",
        "grid": "Grid",
        "cpython": "CPython's tests",
        "timings": "Timings",
        "history": "History",
        "teeth": "The suite",
        "sources": "Sources",
    }
    return [Section(name, title) for name, title in titles.items() if there.get(name, True)]
