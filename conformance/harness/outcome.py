"""What a call came to: a value or an error, to compare two pools by.

`run(subject, scenario)` opens a pool, plays the scenario on it and captures the
outcome; `sides_with` plays it on the oracle too, `multiprocessing:Pool` under
the same start method, and expects the same outcome.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from .expect import Mismatch, MissingMethod, NotSupported, may_raise, shown


@dataclass(frozen=True)
class Value:
    """The call returned `value`."""

    value: Any

    def unwrap(self) -> Any:
        """Return the value."""
        return self.value

    def __str__(self) -> str:
        return shown(self.value)


@dataclass(frozen=True)
class Error:
    """The call raised an exception of type `kind` with these `args`."""

    kind: str
    args: tuple[Any, ...]

    def unwrap(self) -> NoReturn:
        """Fail: a value was expected."""
        raise Mismatch("a value", str(self))

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(shown(a) for a in self.args)}) raised"


Outcome = Value | Error

_THE_END = Error("StopIteration", ())


def capture(call: Callable[[], Any]) -> Outcome:
    """Run the call and keep what it came to; verdicts on their way pass through."""
    try:
        with may_raise(Exception):
            return Value(call())
    except (Mismatch, MissingMethod, NotSupported):
        raise
    except Exception as error:  # noqa: BLE001 - any exception is an outcome here
        return Error(type(error).__name__, error.args)


def each(iterator: Iterator[Any], most: int) -> list[Outcome]:
    """Return what each `next()` came to, errors included, until StopIteration.

    `most` bounds an iterator that never ends.
    """
    found: list[Outcome] = []
    while len(found) < most and (outcome := capture(iterator.__next__)) != _THE_END:
        found.append(outcome)
    return found


def same(subject: Outcome, oracle: Outcome) -> None:
    """Expect the subject's outcome to be the oracle's.

    Raises: Mismatch that says what the stdlib did.
    """
    if subject != oracle:
        raise Mismatch(f"what multiprocessing:Pool does: {oracle}", str(subject))
