"""What the terminal shows of a group: one line an entrant, ratios against the stdlib."""

import statistics

from rich.markup import escape
from rich.table import Table

from .entrants import BASELINE, Group
from .results import Result
from .rows import MIB


def group_table(group: Group, results: dict[str, Result]) -> Table:
    """Return the table of one group.

    "x stdlib" is how many times as fast as the stdlib an item goes; the (A/A) line, which is the
    stdlib again, shows how far from 1.00 that figure strays by noise alone.
    """
    table = Table(
        title=f"{group.id}: {group.row.title}", title_justify="left", caption_justify="left"
    )
    for name in ("pool", "median", "IQR", _cost_title(group), "x stdlib", "n"):
        table.add_column(name, justify="left" if name == "pool" else "right")
    baseline = results[BASELINE]
    reasons: list[str] = []
    for label, result in results.items():
        if result.refusal is not None:
            table.add_row(label, result.refusal.status, style="dim")
            reasons.append(f"{label}: {result.refusal.pip_line or result.refusal.reason}")
            continue
        table.add_row(
            label,
            seconds(statistics.median(result.times_s())),
            seconds(result.interquartile_range_s()),
            _cost(group, result),
            f"{baseline.cost() / result.cost():.2f}" if baseline.samples else "",
            str(len(result.samples)),
            style=_STYLES.get(result.entrant.role),
        )
    table.caption = escape("\n".join(reasons)) or None
    return table


_STYLES = {"reference": "bold", "control": "italic", "sweep": "cyan"}


def seconds(value_s: float | None) -> str:
    """Return a span of time in the unit that suits it; a dash where there is none."""
    if value_s is None:
        return "-"
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if value_s * scale >= 1.0:
            return f"{value_s * scale:.3g} {unit}"
    return f"{value_s * 1e6:.2g} us"


def _cost_title(group: Group) -> str:
    if group.row.call == "schedule":
        return "x bound"
    return "MiB/s" if group.row.call == "echo" else "an item"


def _cost(group: Group, result: Result) -> str:
    if group.row.call == "schedule":
        return f"{result.cost():.3f}"
    if group.row.call == "echo":
        rates = [sample.payload_bytes / sample.elapsed_s for sample in result.samples]
        return f"{statistics.median(rates) / MIB:.0f}"
    return seconds(result.cost())
