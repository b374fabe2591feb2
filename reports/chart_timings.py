"""One group of timings as a chart: a dot a median, a line its middle half, the noise as a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from . import units
from .charts import ACCENT, BAND, CARD, INK, LINE, MUTED, new_figure, style, to_svg
from .entrants import Entrant

_WIDE: Final = 12.0  # slowest / fastest from which a linear axis would hide the fast ones
_DECADES: Final = 100.0  # slowest / fastest up to which 2 and 5 are labelled too
_ROW_IN: Final = 0.27
_COLOURS: Final = {"reference": ACCENT, "baseline": INK}


def draw_group(
    title: str,
    entrants: Sequence[Entrant],
    band: tuple[float, float] | None,
    *,
    is_makespan: bool,
) -> Markup:
    """Draw the measured entrants from top to bottom, in the order given."""
    with style():
        figure = new_figure(6.4, 0.75 + _ROW_IN * max(len(entrants), 2))
        axes = figure.subplots()
        if band:
            axes.axvspan(*band, color=BAND, lw=0)
        for place, entrant in enumerate(entrants):
            _draw_entrant(axes, place, entrant)
        axes.set_yticks(range(len(entrants)), [entrant.label for entrant in entrants])
        axes.set_ylim(len(entrants) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.spines["left"].set_visible(False)
        _scale(axes, entrants, is_makespan=is_makespan)
        return to_svg(figure, title, _describe(entrants, is_makespan=is_makespan))


def _draw_entrant(axes: Axes, place: int, entrant: Entrant) -> None:
    if entrant.spread is None:
        return
    colour = _COLOURS.get(entrant.role, MUTED)
    axes.hlines(place, entrant.spread.q1, entrant.spread.q3, color=colour, lw=2.4)
    hollow = entrant.role in ("control", "sweep")
    axes.plot(
        entrant.spread.median,
        place,
        marker="D" if entrant.role == "reference" else "o",
        ms=7,
        mfc=CARD if hollow else colour,
        mec=colour,
        mew=1.6,
    )


def _scale(axes: Axes, entrants: Sequence[Entrant], *, is_makespan: bool) -> None:
    medians = [entrant.spread.median for entrant in entrants if entrant.spread]
    highest = [entrant.spread.q3 for entrant in entrants if entrant.spread]
    axes.grid(axis="x")
    wide = bool(medians) and max(medians) > _WIDE * min(medians)
    if wide:
        axes.set_xscale("log")
        if max(medians) < _DECADES * min(medians):
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    elif is_makespan:
        axes.axvline(1, color=LINE, lw=1.4)
        axes.set_xlim(left=0.9)
    elif highest:
        axes.set_xlim(0, 1.06 * max(highest))
    show = units.ratio if is_makespan else units.short_duration
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: show(value) if value else "0"))
    what = "makespan over its lower bound (1 is the limit)" if is_makespan else "time per item"
    axes.set_xlabel(f"{what}, {'log scale, ' if wide else ''}less is better")


def _describe(entrants: Sequence[Entrant], *, is_makespan: bool) -> str:
    show = units.ratio if is_makespan else units.duration
    medians = (
        f"{entrant.label} {show(entrant.spread.median)}" for entrant in entrants if entrant.spread
    )
    return f"Medians, fastest first: {', '.join(medians)}."
