"""Argument checks: each error says what was expected and what was got.

The exception types are the standard library's, so that whoever replaces one
import changes nothing else; and what it takes is taken, None for `initargs`
that nobody reads and NumPy's integers among it.
"""

from __future__ import annotations

import multiprocessing
import operator
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.context import BaseContext, Process
from typing import Any

from .._wording import got, printable


def worker_count(processes: int | None) -> int:
    """Return how many workers to start; by default as many as the standard library.

    That is one a CPU, and from Python 3.13 on one a CPU that this process may use.

    Raises: ValueError for less than 1; TypeError for what is no integer.
    """
    if processes is None:
        count: Callable[[], int | None] = getattr(os, "process_cpu_count", os.cpu_count)
        return count() or 1
    size = _integer("processes: expected an int or None", processes)
    if size < 1:
        raise ValueError(f"Number of processes must be at least 1, got {size}")
    return size


def check_maxtasksperchild(value: object) -> None:
    """Raise ValueError for what is neither None nor a positive int."""
    if value is not None and (not isinstance(value, int) or value <= 0):
        raise ValueError(
            f"maxtasksperchild must be a positive int or None, got {printable(value)!r}"
        )


def initializer_arguments(
    initializer: Callable[..., object] | None, initargs: Iterable[Any]
) -> tuple[Any, ...]:
    """Return what each worker calls its initializer with.

    Raises: TypeError for what cannot be called; what iterating over the arguments raises.
    """
    if initializer is None:
        return ()
    if not callable(initializer):
        raise TypeError(f"initializer must be a callable or None, got {printable(initializer)!r}")
    check_iterable("initargs", initargs)
    return tuple(initargs)


def context_or_default(context: Any) -> BaseContext:
    """Return the context that starts the workers.

    Raises: AttributeError, as the standard library, for what starts no process.
    """
    if not context:
        return multiprocessing.get_context()
    if not hasattr(context, "Process"):
        method = context if context in multiprocessing.get_all_start_methods() else "spawn"
        raise AttributeError(
            "context: expected None or a context, such as "
            f"multiprocessing.get_context({method!r}), {got(context)}"
        )
    return context  # type: ignore[no-any-return]  # it starts processes, and that is all we ask


def start_method_of(context: BaseContext) -> str | None:
    """Return how the context starts its processes; None where its own class does not tell."""
    kind = getattr(context, "Process", None)
    if kind is Process:  # of a context that leaves it to the default
        return context.get_start_method()
    return getattr(kind, "_start_method", None)


def check_path(name: str, value: object) -> None:
    """Raise TypeError for what is no path, ValueError for that of a pipe."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name}: expected the path of a file, a str or os.PathLike, {got(value)}")
    mode = 0
    with suppress(OSError):  # it is to be made, or opening it says what is wrong
        mode = os.stat(value).st_mode  # noqa: PTH116  pathlib takes 4 ms to load
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        why = "whoever reads it slowly would stop the pool"
        raise ValueError(f"{name}: expected the path of a file, got a pipe, {value!r}: {why}")


def check_iterable(name: str, value: object) -> None:
    """Raise TypeError for what is surely no iterable; its own code does not run."""
    cls = type(value)
    if not hasattr(cls, "__iter__") and not hasattr(cls, "__getitem__"):
        raise TypeError(f"{name}: expected an iterable, {got(value)}")


def positive(name: str, value: Any) -> int:
    """Return a positive integer as an int.

    Raises: TypeError for what is no integer; ValueError for less than 1.
    """
    number = _integer(f"{name} must be a positive int", value)
    if number < 1:
        raise ValueError(f"{name.capitalize()} must be 1+, not {number}")
    return number


def imap_chunksize(value: Any) -> int:
    """Return the chunksize of an `imap` as an int; what equals 1 is 1, as in the standard library.

    Raises: ValueError for less than 1 and for a number that is no integer; TypeError for what is
    no number.
    """
    if value == 1:
        return 1
    try:
        return positive("chunksize", value)
    except TypeError as error:
        if _is_ordered(value):
            raise ValueError(str(error)) from None
        raise


def _is_ordered(value: Any) -> bool:
    try:
        value < 1  # noqa: B015  whether it can be compared, as the standard library does
    except TypeError:
        return False
    return True


def _integer(expected: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{expected}, {got(value)}") from None
