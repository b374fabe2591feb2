"""Numbers as a reader sees them: three digits and always a unit."""

from __future__ import annotations

from datetime import UTC, datetime

_TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def three_digits(value: float) -> str:
    """Return `value` with three significant digits and no exponent up to a million."""
    if value == 0:
        return "0"
    digits = max(0, 2 - int(f"{abs(value):.2e}".split("e")[1]))
    return f"{value:,.{digits}f}"


def time_unit(seconds: float) -> tuple[float, str]:
    """(seconds in one unit, its name) of the unit in which `seconds` reads best."""
    for scale, name in _TIME_UNITS:
        if abs(seconds) >= scale:
            return scale, name
    return _TIME_UNITS[-1]


def duration(seconds: float) -> str:
    """Return a duration given in seconds, as "12.3 ms"."""
    scale, name = time_unit(seconds) if seconds else (1.0, "s")
    return f"{three_digits(seconds / scale)} {name}"


def rate(per_second: float, what: str) -> str:
    """Return a rate, as "52,300 tasks/s"."""
    return f"{three_digits(per_second)} {what}/s"


def ratio(times: float) -> str:
    """Return a ratio from stats.times_as_fast, as "12.3×"."""
    return f"{three_digits(times)}×"


def percent(fraction: float) -> str:
    """Return a fraction, as "15 %"."""
    return f"{fraction * 100:.0f} %"


def moment(iso: str) -> str:
    """Return an ISO 8601 instant, as "2026-11-23 20:45 UTC"; anything else as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return f"{when:%Y-%m-%d %H:%M} UTC"


def short_duration(seconds: float) -> str:
    """Return a duration given in seconds for an axis, as "10 ms"."""
    scale, name = time_unit(seconds)
    return f"{seconds / scale:g} {name}"


def short_rate(per_second: float) -> str:
    """Return a rate for an axis, as "500 k tasks/s"."""
    for scale, prefix in ((1e6, "M "), (1e3, "k ")):
        if per_second >= scale:
            return f"{per_second / scale:g} {prefix}tasks/s"
    return f"{per_second:g} tasks/s"
