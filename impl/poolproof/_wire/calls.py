"""The callables that workers call with one item: what a job's function becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

from .._wording import got


class Uncallable:
    """Says what was got in place of a function, where it is called, as in the standard library."""

    def __init__(self, func: Any) -> None:
        self.func = func

    def __call__(self, *args: Any, **kwds: Any) -> Any:
        if callable(self.func):  # its pickle has made another object of it
            return self.func(*args, **kwds)
        raise TypeError(f"func: expected a callable, {got(self.func)}")


class Star:
    """Calls the function with the item's elements as arguments."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func

    def __call__(self, item: Sequence[Any]) -> Any:
        return self.func(*item)


class OwnCall(NamedTuple):
    """A task that brings along what it is called by: the callable has changed since the first.

    pickled: the callable and the task.
    """

    pickled: bytes


class Chunk:
    """Runs a whole chunk as one task; the first error ends it, as in the standard library."""

    def __init__(self, func: Callable[..., Any], star: bool) -> None:
        self.func = func
        self.star = star

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        if self.star:
            return [self.func(*item) for item in items]
        return [self.func(item) for item in items]


def call_for(func: Callable[..., Any], *, star: bool, chunksize: int) -> Callable[[Any], Any]:
    """Return what a worker calls with each item, or with each chunk."""
    func = _checked(func)
    if chunksize > 1:
        return Chunk(func, star)
    return Star(func) if star else func


def call_for_all(func: Callable[..., Any], *, star: bool) -> Chunk:
    """Return what a worker calls with the list of all items."""
    return Chunk(_checked(func), star)


def function_of(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function of the user's behind a call."""
    return call.func if type(call) is Star or type(call) is Chunk else call


def name_of(call: Callable[[Any], Any]) -> str | None:
    """Return what the function behind a call is named, None for what is no plain function.

    Exact types only: reading their names runs no user code.
    """
    func = function_of(call)
    return func.__qualname__ if type(func) in (FunctionType, BuiltinFunctionType) else None


def _checked(func: Any) -> Callable[..., Any]:
    return func if callable(func) else Uncallable(func)


APPLY_CALL_ID = 0  # the callable that every worker knows


def apply_task(task: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> Any:
    """Run the one item of an `apply` job."""
    func, args, kwds = task
    return func(*args, **kwds)
