"""Small multiples of asv results: a facet a start method, a line a pool, quartiles as whiskers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from .charts import ACCENT, CARD, INK, MUTED, new_figure, style, to_svg
from .words import REFERENCE, STDLIB, short_name

_LOOKS: Final[dict[str, dict[str, Any]]] = {
    short_name(REFERENCE): {"color": ACCENT, "marker": "D", "linestyle": "-"},
    short_name(STDLIB): {"color": INK, "marker": "o", "linestyle": "--", "mfc": CARD},
}
_OTHER: Final[dict[str, Any]] = {"color": MUTED, "marker": "s", "linestyle": ":"}
_APART: Final = 0.12  # pools side by side on an axis of names, in steps of that axis
_LABELS_LEVEL: Final = 4  # as many labels of an x axis fit side by side
_FACETS_A_ROW: Final = 3
NAMES: Final = "start method"  # an axis of names, without an order


@dataclass(slots=True)
class Line:
    """What one pool did in one facet: (place on the axis, low, middle, high), in order."""

    pool: str
    facet: str
    points: list[tuple[str, float, float, float]] = field(default_factory=list)

    def add(self, where: str, low: float, middle: float, high: float) -> None:
        """Append a point; low and high are its quartiles."""
        self.points.append((where, low, middle, high))


def draw_panel(
    title: str, lines: Sequence[Line], *, axis: str, label: str, show: Callable[[float], str]
) -> Markup:
    """Draw all facets on one y scale, so that they can be compared by eye."""
    facets = list(dict.fromkeys(line.facet for line in lines))
    pools = list(dict.fromkeys(line.pool for line in lines))
    columns = min(len(facets), _FACETS_A_ROW)
    tall = -(-len(facets) // columns)
    with style():
        figure = new_figure(max(3.1 * columns, 5.2), 2.5 * tall + 0.35)
        grid = figure.subplots(tall, columns, sharey=True, squeeze=False)
        for place, axes in enumerate(grid.flat):
            if place >= len(facets):
                axes.set_visible(False)
                continue
            mine = [line for line in lines if line.facet == facets[place]]
            _draw_facet(axes, mine, pools, facets[place], axis)
        first = grid.flat[0]
        first.set_ylim(0, 1.1 * max(point[3] for line in lines for point in line.points))
        first.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: show(value) if value else "0")
        )
        figure.supylabel(label, fontsize=9, color=MUTED)
        figure.legend(
            *first.get_legend_handles_labels(), loc="outside upper left", ncols=len(pools)
        )
        return to_svg(figure, title, f"{label}, by {axis}; the table below has every number.")


def _draw_facet(axes: Axes, lines: Sequence[Line], pools: list[str], facet: str, axis: str) -> None:
    axes.set_title(facet, loc="left")
    axes.grid(axis="y")
    axes.set_xlabel(axis)
    places = list(dict.fromkeys(point[0] for line in lines for point in line.points))
    for line in lines:
        looks = _LOOKS.get(line.pool, _OTHER)
        apart = 0.0
        if axis == NAMES:
            looks = looks | {"linestyle": "none"}  # no way leads from one name to the next
            apart = (pools.index(line.pool) - (len(pools) - 1) / 2) * _APART
        where = [places.index(point[0]) + apart for point in line.points]
        middle = [point[2] for point in line.points]
        whiskers = [
            [point[2] - point[1] for point in line.points],
            [point[3] - point[2] for point in line.points],
        ]
        axes.errorbar(where, middle, yerr=whiskers, label=line.pool, ms=6, lw=1.6, **looks)
    axes.set_xticks(range(len(places)), places)
    axes.set_xlim(-0.5, len(places) - 0.5)
    if len(places) > _LABELS_LEVEL:
        axes.tick_params(axis="x", labelrotation=45)
