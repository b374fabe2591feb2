"""How messages show values; a message must not fail, whatever it is about."""

from __future__ import annotations


class Verbatim:
    """Stands in for what has no `repr()` that a message could show."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def printable(value: object) -> object:
    """A stand-in whose `repr()` is that of `value`, asked for once, or says what it raised."""
    try:
        return Verbatim(repr(value))
    except BaseException as error:  # noqa: BLE001  user code: anything may come out of it
        return Verbatim(
            f"<{type(value).__name__} object, its repr() raised {type(error).__name__}>"
        )


def got(value: object) -> str:
    """Say what was got instead of what was expected."""
    return f"got {printable(value)!r} ({type(value).__name__})"
