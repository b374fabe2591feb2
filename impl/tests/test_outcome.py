"""Errors on their way: whatever cannot travel or be rebuilt, its type and text arrive."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any, Self
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolproof._wire.outcome import Failure, pack_error, pack_refusal
from poolproof._wire.unpacking import undeliverable, unpack_error
from poolproof._wording import printable


def _raised(error: BaseException) -> BaseException:
    def raise_it() -> None:
        raise error

    try:
        raise_it()
    except BaseException as caught:  # noqa: BLE001  any error may be asked for
        return caught
    raise AssertionError("it was not raised")


def _travel(error: BaseException) -> BaseException:
    """Send an error across, as an outcome among others."""
    failure = pickle.loads(pickle.dumps(pack_error(_raised(error))))
    assert isinstance(failure, Failure)
    return unpack_error(failure)


def _words(error: BaseException) -> str:
    """Return all that a caller gets to read, causes included."""
    return "".join(traceback.format_exception(error))


class TracedError(Exception):
    """Takes its traceback along, as all errors do once `tblib` is installed."""

    def __reduce__(self) -> tuple[type[TracedError], tuple[int]]:
        return TracedError, (len(traceback.extract_tb(self.__traceback__)),)


def test_an_error_is_pickled_with_its_traceback() -> None:
    assert _travel(TracedError()).args == (2,)


class NeedsTwoError(Exception):
    """Cannot be rebuilt from its args: the standard library loses its pool to it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


class UnpicklableError(Exception):
    """Cannot be pickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        raise TypeError("no way out")


class SpeechlessError(Exception):
    """Raises when it is shown."""

    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


class SpeechlessAndUnpicklableError(SpeechlessError):
    """Raises whatever is done with it."""

    __reduce__ = UnpicklableError.__reduce__


class ExitsError(Exception):
    """Ends the process that loads it, if it can."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return _exit, ()


def _exit() -> object:
    raise SystemExit("loading exits")


class ImpostorError(Exception):
    """Is no exception any more when it arrives."""

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, ("just words",)


@given(args=st.lists(st.integers() | st.text(), max_size=3))
def test_an_error_arrives_as_it_was_raised(args: list[object]) -> None:
    arrived = _travel(ValueError(*args))
    assert type(arrived) is ValueError
    assert list(arrived.args) == args


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_an_error_that_is_no_exception_arrives_too(error: BaseException) -> None:
    assert type(_travel(error)) is type(error)


def test_an_error_brings_its_remote_traceback() -> None:
    arrived = _travel(ValueError("over there"))
    assert "raise_it" in str(arrived.__cause__)
    assert "ValueError: over there" in str(arrived.__cause__)


class UnrelatedError(Exception):
    """Lets nobody say what it comes from."""

    @property
    def __cause__(self) -> None:  # type: ignore[override]  # that is the point
        return None

    def __setattr__(self, name: str, value: object) -> None:
        if name == "__cause__":
            raise AttributeError(name)
        super().__setattr__(name, value)


def test_an_error_that_refuses_a_cause_arrives_whole() -> None:
    arrived = _travel(UnrelatedError("by itself"))
    assert type(arrived) is UnrelatedError
    assert arrived.args == ("by itself",)


def test_an_error_made_by_the_pool_itself_brings_no_traceback() -> None:
    failure = pack_refusal(ValueError("here"), "a value")
    assert unpack_error(failure).__cause__ is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            NeedsTwoError("salt", "pepper"),
            ["NeedsTwoError", "salt and pepper", "MaybeEncodingError"],
        ),
        (
            UnpicklableError("lost"),
            ["UnpicklableError", "lost", "no way out", "MaybeEncodingError"],
        ),
        (ExitsError("away"), ["ExitsError", "away", "loading exits"]),
        (ImpostorError("fake"), ["ImpostorError", "fake", "expected an exception, got str"]),
        (SpeechlessAndUnpicklableError(), ["SpeechlessAndUnpicklableError", "no way out"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_that_cannot_arrive_is_told_by_type_and_text(
    error: Exception, words: list[str]
) -> None:
    told = _words(_travel(error))
    for word in words:
        assert word in told


class NeedsTwoGroup(ExceptionGroup[Exception]):
    """A group that cannot be rebuilt from its args."""

    def __new__(cls, first: str, second: str, members: list[Exception]) -> Self:
        return super().__new__(cls, f"{first} and {second}", members)

    def __init__(self, *_: object) -> None:
        """Nothing: `__new__` has done it."""


def _noted(error: Exception) -> Exception:
    error.add_note("said beside it")
    return error


@pytest.mark.parametrize(
    ("error", "summary"),
    [
        (NeedsTwoError("salt", "pepper"), "NeedsTwoError: salt and pepper"),
        (NeedsTwoError("salt", "\n"), "NeedsTwoError: salt and"),
        (_noted(NeedsTwoError("salt", "pepper")), "NeedsTwoError: salt and pepper\nsaid beside it"),
        (
            NeedsTwoGroup("salt", "pepper", [ValueError(1), KeyError(2)]),
            "NeedsTwoGroup: salt and pepper (2 sub-exceptions)",
        ),
    ],
    ids=["plain", "of two lines", "with a note", "a group"],
)
def test_an_error_that_cannot_be_rebuilt_is_told_in_the_message_itself(
    error: Exception, summary: str
) -> None:
    told = str(_travel(error))
    assert told.startswith(f"Error sending result: '{__name__}.{summary}'. Reason: 'TypeError(")


def test_a_speechless_error_arrives_whole() -> None:
    assert type(_travel(SpeechlessError())) is SpeechlessError


class Unprintable:
    """Raises when it is shown."""

    def __repr__(self) -> str:
        raise SystemExit("not even that")


def test_a_value_whose_repr_raises_has_a_stand_in() -> None:
    shown = repr(printable(Unprintable()))
    assert "Unprintable" in shown
    assert "SystemExit" in shown


class PrintableOnce:
    """Is shown once, as what reads a file or a cursor."""

    shown = False

    def __repr__(self) -> str:
        if self.shown:
            raise ValueError("read already")
        self.shown = True
        return "<once>"


def test_a_value_is_shown_once_whoever_shows_it_again() -> None:
    value = printable(PrintableOnce())
    assert [repr(value), repr(value)] == ["<once>", "<once>"]
    told = str(unpack_error(pack_refusal(TypeError("cannot pickle"), PrintableOnce())))
    assert "<once>" in told


def test_a_result_that_cannot_be_pickled_is_told_whatever_its_repr_does() -> None:
    told = str(unpack_error(pack_refusal(TypeError("cannot pickle"), Unprintable())))
    assert "cannot pickle" in told
    assert "Unprintable" in told


def test_a_result_that_cannot_be_loaded_is_told_with_the_reason() -> None:
    told = str(undeliverable(KeyError("missing"), "what was loaded"))
    assert told == "Error sending result: 'what was loaded'. Reason: 'KeyError('missing')'"


def test_an_envelope_that_holds_no_exception_is_an_error_too() -> None:
    arrived = unpack_error(Failure(pickle.dumps("just words"), "the traceback", "the summary"))
    assert "expected an exception, got str" in str(arrived)
    assert "the summary" in str(arrived)
    assert "the traceback" in str(arrived.__cause__)


def _mock() -> Mock:
    return Mock(spec=ValueError)


class _BecomesMock(Exception):  # noqa: N818 - no error
    """Is rebuilt as what only says that it is an exception."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _mock, ()


def test_an_envelope_that_holds_a_mock_of_an_exception_is_an_error_too() -> None:
    assert "expected an exception, got Mock" in str(_travel(_BecomesMock("the words")))


def test_an_envelope_with_nothing_in_it_is_an_error_too() -> None:
    assert "the summary" in str(unpack_error(Failure(b"", "the traceback", "the summary")))
