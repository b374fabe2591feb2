"""Pools that are wrong in a known way, for what CPython's own tests must show of them."""

import os
import threading
from collections.abc import Callable, Iterable
from multiprocessing.pool import Pool
from typing import Any, NoReturn


class Raising(Pool):
    """Cannot be made."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("this pool cannot be made")

    def __del__(self) -> None:
        """Leave out the stdlib's check: there is no state to check."""


class HangingMap(Pool):
    """Never returns from `map`."""

    def map(
        self,
        func: Callable[[Any], Any],  # noqa: ARG002 - the stdlib's signature
        iterable: Iterable[Any],  # noqa: ARG002
        chunksize: int | None = None,  # noqa: ARG002
    ) -> list[Any]:
        """Wait for ever."""
        return wait_for_ever()


class HangingConstructor(Raising):
    """Never returns from its constructor."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        wait_for_ever()


class CrashingMap(Pool):
    """Takes the calling interpreter down in `map`."""

    def map(
        self,
        func: Callable[[Any], Any],  # noqa: ARG002 - the stdlib's signature
        iterable: Iterable[Any],  # noqa: ARG002
        chunksize: int | None = None,  # noqa: ARG002
    ) -> NoReturn:
        """End the process."""
        os._exit(3)


def wait_for_ever() -> NoReturn:
    """Wait for an event that nobody sets; by this name the stacks show where."""
    while True:
        threading.Event().wait()
