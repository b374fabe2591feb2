"""For a subclass that overrides `Process`, as subclasses of the standard library's pool do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, cast


class _OwnProcesses:
    """A context, but for what makes its processes."""

    def __init__(self, context: BaseContext, make: Callable[..., BaseProcess]) -> None:
        self.Process = partial(make, context)
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def with_processes(context: BaseContext, make: Callable[..., BaseProcess]) -> BaseContext:
    """Return the context with `make(context, ...)` in place of its `Process`."""
    return cast("BaseContext", _OwnProcesses(context, make))
