"""Typed fields out of decoded JSON, and the error that a wrong one gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


class RecordError(Exception):
    """A record file does not say what it should; the message names file and line."""


def text(raw: Json, key: str) -> str:
    """Return the string under `key`, which must be there."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise RecordError(f'expected "{key}" to be a string, got {kind(value)}')
    return value


def maybe_text(raw: Json, key: str) -> str | None:
    """Return the string under `key`, or None when it is absent, null or empty."""
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise RecordError(f'expected "{key}" to be a string or null, got {kind(value)}')
    return value or None


def maybe_version(raw: Json) -> str | None:
    """Return the version of a pool, or None where the record says that it is unknown."""
    found = maybe_text(raw, "version")
    return None if found == "unknown" else found


def number(raw: Json, key: str) -> float:
    """Return the number under `key`, which must be there."""
    value = maybe_number(raw, key)
    if value is None:
        raise RecordError(f'expected "{key}" to be a number, got null')
    return value


def maybe_number(raw: Json, key: str) -> float | None:
    """Return the number under `key`, or None when it is absent or null."""
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError(f'expected "{key}" to be a number or null, got {kind(value)}')
    return float(value)


def mapping(raw: Json, key: str) -> Json:
    """Return the object under `key`; an absent or null one is empty."""
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RecordError(f'expected "{key}" to be an object, got {kind(value)}')
    return value


def items(raw: Json, key: str) -> list[Any]:
    """Return the array under `key`; an absent or null one is empty."""
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f'expected "{key}" to be an array, got {kind(value)}')
    return value


def kind(value: object) -> str:
    """Name a wrong value for an error message: its type and its beginning."""
    if value is None:
        return "nothing"
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else shown[:37] + '...'}"
