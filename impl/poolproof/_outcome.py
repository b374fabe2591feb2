"""The outcome of one item: a value, or an error with its remote traceback.

An error crosses the pipe in an envelope: its pickle, and beside it the words
that still tell the cause when that pickle cannot be loaded on the other side
(gh-79492, gh-103061: the standard library loses the whole pool to it).
"""

from __future__ import annotations

import pickle
import threading
import traceback
from multiprocessing.pool import (  # type: ignore[attr-defined]  # typeshed leaves them out
    ExceptionWithTraceback,
    MaybeEncodingError,
    RemoteTraceback,
)
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

#: reads the pickle of a user's object; its code runs
load = pickle.loads


class Failure(NamedTuple):
    """An error on its way from a worker to the parent.

    pickled: the exception, as `ExceptionWithTraceback` pickles it.
    text:    its traceback as formatted where it was raised.
    """

    pickled: bytes
    text: str


class Loaded(NamedTuple):
    """What came of loading a pickle: its value, unless there is an error."""

    value: Any
    error: BaseException | None = None


def load_user_object(pickled: bytes | memoryview) -> Loaded:
    """Load a pickle whose code may raise.

    Raises: what a signal handler raises where this is the main thread, Ctrl-C
    above all; only a handler that interrupts the object's own code cannot be
    told from it, unless it raises KeyboardInterrupt.
    """
    values: list[Any] = []
    loading = map(load, (pickled,))
    try:
        values.extend(loading)  # one call into C: once it is through, the value is there
    except BaseException as error:
        if values or _is_interrupt(error):
            raise
        return Loaded(None, error)
    return Loaded(values[0])


def _is_interrupt(error: BaseException) -> bool:
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and isinstance(error, KeyboardInterrupt)


class _Unprintable:
    """Stands in for an object whose `repr()` raises; a message must not fail."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def printable(value: object) -> object:
    """`value`, or a stand-in with a safe `repr()` when its own raises."""
    try:
        repr(value)
    except BaseException as error:  # noqa: BLE001  user code: anything may come out of it
        return _Unprintable(
            f"<{type(value).__name__} object, its repr() raised {type(error).__name__}>"
        )
    return value


def pack_error(error: BaseException, *, with_traceback: bool = True) -> Failure:
    """Put an exception into its envelope; never raises an `Exception`.

    One that cannot be pickled is replaced by `MaybeEncodingError`, which names
    the pickling error and the original.
    """
    text = _format(error)
    carrier = ExceptionWithTraceback(error, error.__traceback__) if with_traceback else error
    try:
        return Failure(bytes(ForkingPickler.dumps(carrier)), text)
    except BaseException as pickling_error:  # noqa: BLE001  user code runs in __reduce__
        stand_in = encoding_error(pickling_error, error)
        carrier = ExceptionWithTraceback(stand_in, error.__traceback__)
        carrier.tb = f'\n"""\n{text}"""'
        return Failure(bytes(ForkingPickler.dumps(carrier)), text)


def encoding_error(cause: BaseException, value: object) -> BaseException:
    """Build the standard library's error for a value that cannot be pickled."""
    error: BaseException = MaybeEncodingError(printable(cause), printable(value))
    return error


def unpack_error(failure: Failure) -> BaseException:
    """Take an exception out of its envelope; never raises an `Exception`."""
    error, loading_error = load_user_object(failure.pickled)
    if loading_error is not None:
        return undeliverable(loading_error, failure.text)
    if isinstance(error, BaseException):
        return error
    return undeliverable(
        TypeError(f"expected an exception, got {type(error).__name__}"), failure.text
    )


def undeliverable(loading_error: BaseException, text: str) -> BaseException:
    """Build the error for what was pickled in a worker but cannot be loaded here.

    Its `__cause__` shows the original traceback, or what was being loaded.
    """
    last_line = text.strip().rsplit("\n", 1)[-1]
    error: BaseException = MaybeEncodingError(printable(loading_error), last_line)
    error.__cause__ = RemoteTraceback(f'\n"""\n{text}"""')
    return error


def _format(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except BaseException as formatting_error:  # noqa: BLE001  user code runs in __str__
        why = type(formatting_error).__name__
        return f"{type(error).__name__} (its traceback cannot be formatted: {why})\n"
