"""Matplotlib figures as inline SVG that follows the page's colours, light or dark.

A chart is drawn in stand-in colours, each of which is replaced by a CSS variable;
ids are made unique, since all charts share one page.
"""

from __future__ import annotations

import html
import io
import itertools
import re
from contextlib import AbstractContextManager
from typing import Any, Final

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

INK: Final = "#010203"
MUTED: Final = "#010204"
LINE: Final = "#010205"
ACCENT: Final = "#010206"
BAND: Final = "#010207"
CARD: Final = "#010208"
VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    ACCENT: "--accent",
    BAND: "--band",
    CARD: "--card",
}
STYLE: Final[dict[Any, Any]] = {  # Any: matplotlib types the keys as one long Literal
    "svg.fonttype": "none",  # text stays text: searchable, and in the page's own font
    "svg.hashsalt": "poolproof",
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "normal",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
}
_numbers = itertools.count(1)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, with no window behind it."""
    return Figure(figsize=(width, height), facecolor="none", layout="constrained")


def to_svg(figure: Figure, title: str, description: str) -> Markup:
    """Return the figure as an <svg> element with a title and a description."""
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = _smaller(svg)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    return Markup(_named(_own_ids(svg), title, description))  # noqa: S704  # _named escapes both


def style() -> AbstractContextManager[None]:
    """Return the context in which every chart is drawn."""
    return mpl.rc_context(STYLE)


def _smaller(svg: str) -> str:
    """Leave out what no reader sees, and whatever is smaller than a tenth of a point."""
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)
    return re.sub(r">\s+<", "><", svg)


def _own_ids(svg: str) -> str:
    """Keep the ids that are referred to, and make them this chart's own."""
    prefix = f"c{next(_numbers)}-"
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r'xlink:href="#', f'href="#{prefix}', svg)
    return re.sub(r"url\(#", f"url(#{prefix}", svg)


def _named(svg: str, title: str, description: str) -> str:
    opening, rest = svg.split(">", 1)
    # The size comes from the page; the view box keeps the proportions.
    opening = re.sub(r'\s(width|height)="[^"]*"', "", opening)
    words = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
    return f'{opening} role="img">{words}{rest}'
