"""An error out of its envelope, in the parent: as it was raised, or as what says why it is not.

The classes are the standard library's, for whoever catches or prints them.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any, NamedTuple

from .._wording import Verbatim, printable
from .outcome import Failure, Refusal, load

STDLIB_ERRORS = "multiprocessing.pool"  # has them; when it is loaded, see `engine`
_CAUSE = vars(BaseException)["__cause__"]  # whatever a class of the user's makes of that name


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
    return in_main and issubclass(type(error), KeyboardInterrupt)


def unpack_error(failure: Failure) -> BaseException:
    """Take an exception out of its envelope; never raises an `Exception`."""
    error = _opened(failure)
    if failure.text:
        _CAUSE.__set__(error, _stdlib().RemoteTraceback(f'\n"""\n{failure.text}"""'))
    return error


def _opened(failure: Failure) -> BaseException:
    if isinstance(failure.pickled, Refusal):
        why, value = map(Verbatim, failure.pickled)
        refused: BaseException = _stdlib().MaybeEncodingError(why, value)
        return refused
    error, loading_error = load_user_object(failure.pickled)
    if loading_error is None:
        if issubclass(type(error), BaseException):  # isinstance() believes what a mock says
            return error  # type: ignore[no-any-return]  # so it is
        loading_error = TypeError(f"expected an exception, got {type(error).__name__}")
    return undeliverable(loading_error, failure.summary)


def undeliverable(loading_error: BaseException, what: str) -> BaseException:
    """Build the error for what was pickled in a worker but cannot be loaded here."""
    error: BaseException = _stdlib().MaybeEncodingError(printable(loading_error), Verbatim(what))
    return error


def _stdlib() -> Any:
    return importlib.import_module(STDLIB_ERRORS)
