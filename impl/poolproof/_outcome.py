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

from ._wording import Verbatim, printable

#: reads the pickle of a user's object; its code runs
load = pickle.loads


class Failure(NamedTuple):
    """An error on its way from a worker to the parent.

    pickled: the exception, as `ExceptionWithTraceback` pickles it.
    text:    its traceback as formatted where it was raised.
    summary: its type and message, without which a caller does not know what happened.
    """

    pickled: bytes
    text: str
    summary: str


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


def pack_error(error: BaseException, *, with_traceback: bool = True) -> Failure:
    """Put an exception into its envelope; never raises an `Exception`.

    One that cannot be pickled is replaced by `MaybeEncodingError`, which names
    the pickling error and the original.
    """
    text, summary = _format(error)
    carrier = ExceptionWithTraceback(error, error.__traceback__) if with_traceback else error
    try:
        return Failure(bytes(ForkingPickler.dumps(carrier)), text, summary)
    except BaseException as pickling_error:  # noqa: BLE001  user code runs in __reduce__
        stand_in = encoding_error(pickling_error, error)
        carrier = ExceptionWithTraceback(stand_in, error.__traceback__)
        carrier.tb = f'\n"""\n{text}"""'
        return Failure(bytes(ForkingPickler.dumps(carrier)), text, summary)


def encoding_error(cause: BaseException, value: object) -> BaseException:
    """Build the standard library's error for a value that cannot be pickled."""
    error: BaseException = MaybeEncodingError(printable(cause), printable(value))
    return error


def unpack_error(failure: Failure) -> BaseException:
    """Take an exception out of its envelope; never raises an `Exception`."""
    error, loading_error = load_user_object(failure.pickled)
    if loading_error is None:
        if isinstance(error, BaseException):
            return error
        loading_error = TypeError(f"expected an exception, got {type(error).__name__}")
    shown = undeliverable(loading_error, failure.summary)
    shown.__cause__ = RemoteTraceback(f'\n"""\n{failure.text}"""')
    return shown


def undeliverable(loading_error: BaseException, what: str) -> BaseException:
    """Build the error for what was pickled in a worker but cannot be loaded here."""
    error: BaseException = MaybeEncodingError(printable(loading_error), Verbatim(what))
    return error


def _format(error: BaseException) -> tuple[str, str]:
    """Return the traceback, and the part of it that tells the type and the message."""
    try:
        # Not the traceback's last line: a group ends with a frame around its members.
        shown = traceback.TracebackException.from_exception(error, compact=True)
        return "".join(shown.format()), "".join(shown.format_exception_only()).strip()
    except BaseException as formatting_error:  # noqa: BLE001  user code runs in __str__
        why = type(formatting_error).__name__
        text = f"{type(error).__name__} (its traceback cannot be formatted: {why})"
        return f"{text}\n", text
