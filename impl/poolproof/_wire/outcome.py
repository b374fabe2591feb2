"""The outcome of one item: a value, or an error in an envelope (see `unpacking`).

An error crosses the pipe as its pickle, and beside it the words that still tell the cause when that
pickle cannot be loaded on the other side (gh-79492, gh-103061: the standard library loses the whole
pool to it).  What the standard library's own classes are needed for is done in the parent: to load
them would take a spawned worker longer than all else that it loads.
"""

from __future__ import annotations

import pickle
import traceback
from multiprocessing.reduction import ForkingPickler
from typing import NamedTuple

from .._wording import printable

#: reads the pickle of a user's object; its code runs
load = pickle.loads


class Refusal(NamedTuple):
    """What could not be pickled: why, and its `repr()`."""

    why: str
    value: str


class Failure(NamedTuple):
    """An error on its way from a worker to the parent.

    pickled: the exception, or why there is none.
    text:    its traceback as formatted where it was raised; empty where no task raised it.
    summary: its type and message, without which a caller does not know what happened.
    """

    pickled: bytes | Refusal
    text: str
    summary: str


def pack_error(error: BaseException) -> Failure:
    """Put an exception into its envelope; never raises an `Exception`."""
    text, summary = _format(error)
    try:
        return Failure(bytes(ForkingPickler.dumps(error)), text, summary)
    except BaseException as pickling_error:  # noqa: BLE001  user code runs in __reduce__
        return Failure(_refusal(pickling_error, error), text, summary)


def pack_refusal(why: BaseException, value: object) -> Failure:
    """Make the envelope for a value that cannot be pickled."""
    return Failure(_refusal(why, value), "", "")


def _refusal(why: BaseException, value: object) -> Refusal:
    return Refusal(repr(printable(why)), repr(printable(value)))


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
