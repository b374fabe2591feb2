"""How a clause states what it expects; a miss carries both sides as text.

    expect.equal(pool.map(square, [1, 2]), [1, 4], "the results of map")
    error = expect.raises(ValueError, pool.map, square, [1])
    expect.true(ran <= 5, expected="at most 5 items ran", observed=f"{ran} ran")

Bodies run outside pytest, so a bare `assert` has nothing to show but its own
message: use these.  Imported by clause tests; knows no subject.
"""

import re
import reprlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

E = TypeVar("E", bound=BaseException)

_MOST_CAUSES = 10  # of one error: a chain that is longer tells nothing more

_ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>)")

awaited: ContextVar[type[BaseException] | None] = ContextVar("awaited", default=None)
"""What the calls made now are expected to raise: a script of the case has to go on behind it."""

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = 20
_short.maxstring = _short.maxother = 300


class Mismatch(AssertionError):  # noqa: N818 - a verdict on its way, as those below
    """The subject did something else than the clause says."""

    def __init__(self, expected: str, observed: str) -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected = expected
        self.observed = observed


class StepFailed(Mismatch):
    """What the subject names as `prepare` or `release` raised: `step` says which."""

    def __init__(self, step: str, error: BaseException) -> None:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        super().__init__(f"{step}() to return", f"{step}() raised {told}")
        self.args = (self.observed,)
        self.step = step


class InjectorError(Exception):
    """A fault could not be injected or healed: the suite's own failure, verdict ERROR."""


class NotSupported(Exception):  # noqa: N818 - a verdict on its way, not an error
    """The subject declares that it cannot do this; verdict UNSUPPORTED."""


class Skip(Exception):  # noqa: N818 - a verdict on its way, not an error
    """This machine cannot show the clause; verdict SKIP, the text says why."""


class MissingMethod(Exception):  # noqa: N818 - a verdict on its way, not an error
    """The pool lacks a method that it declares; verdict BLOCKED, the API clause fails."""


def equal(observed: Any, expected: Any, what: str = "") -> None:
    """Expect `observed == expected`, of the same type where either is an exception."""
    same = type(observed) is type(expected) if _is_error(observed, expected) else True
    if not (same and _equal(observed, expected)):
        label = f"{what} " if what else ""
        raise Mismatch(f"{label}{shown(expected)}", shown(observed))


def ordered(values: Iterable[Any]) -> list[Any]:
    """Return what a pool gave in no order of its own, sorted.

    Something that cannot be sorted among the rest is the pool's doing: all is left as it came.
    """
    came = list(values)
    try:
        return sorted(came)
    except TypeError:
        return came


def true(condition: object, *, expected: str, observed: str) -> None:
    """Expect the condition; the two texts say what it stands for and what was seen."""
    if not condition:
        raise Mismatch(expected, observed)


def raises(
    kind: type[E] | tuple[type[E], ...], call: Callable[..., Any], *args: Any, **kwargs: Any
) -> E:
    """Expect the call to raise `kind`; returns what it raised."""
    names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
    try:
        with may_raise(BaseException if isinstance(kind, tuple) else kind):
            value = call(*args, **kwargs)
    except MissingMethod:
        raise
    except kind as error:
        return error
    except Exception as error:
        raise Mismatch(f"{names} to be raised", f"{type(error).__name__}: {error}") from error
    raise Mismatch(f"{names} to be raised", f"no error but {shown(value)}")


@contextmanager
def may_raise(kind: type[BaseException]) -> Iterator[None]:
    """Have it known that the calls of the block are expected to raise this, or may."""
    before = awaited.set(kind)
    try:
        yield
    finally:
        awaited.reset(before)


def names(error: BaseException, *words: str) -> None:
    """Expect each of the words in what the error and its causes say, in whatever case."""
    text = told(error)
    missing = [word for word in words if word.lower() not in text.lower()]
    if missing:
        raise Mismatch(f"an error that names {', '.join(map(repr, missing))}", text)


def told(error: BaseException) -> str:
    """Return what the error, its notes and its causes say, without any source line of its own."""
    said: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(said) < _MOST_CAUSES:
        notes = getattr(seen, "__notes__", [])
        said.append("; ".join([f"{type(seen).__name__}: {_text(seen)}", *map(str, notes)]))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " <- ".join(said)


def never(why: str) -> NoReturn:
    """Fail: control came where the clause says it cannot."""
    raise Mismatch("not to get here", why)


def shown(value: Any) -> str:
    """Return a short text of any value, the same in each run; never raises, as its repr may."""
    try:
        return _ADDRESS.sub("", _short.repr(value))
    except Exception as error:  # noqa: BLE001 - user objects may raise anything here
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:  # noqa: BLE001 - as in `shown`
        return f"<its str() raises {type(failure).__name__}>"


def _is_error(*values: Any) -> bool:
    return any(isinstance(value, BaseException) for value in values)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, BaseException) and isinstance(right, BaseException):
        return bool(left.args == right.args)
    return bool(left == right)
