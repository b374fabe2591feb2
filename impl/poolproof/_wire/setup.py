"""What a new worker is told beside its channel: how to initialize itself, and whether to trace.

Under fork it has that by the fork.  Under spawn and forkserver it travels in a pipe, of which a new
process reads the last part only behind its import of the main module.  A pipe has room for 64 KiB:
whoever starts a worker with more than that would wait for the import, and with the dispatcher all
jobs.  So what is large goes ahead in a memory file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import reduction
from multiprocessing.context import get_spawning_popen
from typing import Any

from .channel import Body, pickle_into
from .descriptors import Held
from .frames import ResultKind
from .memory import MemoryFile
from .outcome import load

PIPED_BYTES = 16 << 10  # the rest of the pipe's room is for what `multiprocessing` says itself


class Setup:
    """What each worker of one pool is told.

    Guarantees: one thread at a time starts processes with it, and lets go behind each start.
    """

    blame = ResultKind.BROKEN  # what the worker says where `initialize` raises

    def __init__(
        self,
        initializer: Callable[..., object] | None,
        initargs: tuple[Any, ...],
        *,
        traced: bool,
    ) -> None:
        self._initializer = initializer
        self._initargs = initargs
        #: the worker notes when its items begin and end
        self.traced = traced
        #: what a worker is to block that was forked with all signals blocked, None for no such one
        self.mask: set[int] | None = None
        self._files = Held()

    def initialize(self) -> None:
        """Call the initializer, where there is one; in the worker.

        Raises: what it raises.
        """
        if self._initializer is not None:
            self._initializer(*self._initargs)

    def let_go(self) -> None:
        """A process was started, or could not be: close what was to travel with it."""
        self._files.let_go()

    def __reduce__(self) -> tuple[Callable[..., Setup | BrokenSetup], tuple[Any, ...]]:
        if get_spawning_popen() is None:  # a context of the user's own pickles in its own way
            return _setup, (self._initializer, self._initargs, self.traced)
        body = Body()
        size = pickle_into(body, (self._initializer, self._initargs, self.traced))
        if size > PIPED_BYTES:
            try:
                return _from_file, (reduction.DupFd(self._written(body)), size)
            except OSError:  # no descriptor, no memory, or no file may be so large
                self.let_go()
        return _from_pickle, (b"".join(body),)

    def _written(self, body: Body) -> int:
        self._files.take(map(os.memfd_create, ("poolproof-setup",), (os.MFD_CLOEXEC,)))
        MemoryFile(self._files.last).write(body)
        return self._files.last


class BrokenSetup:
    """In place of a setup that cannot be loaded: the worker is to tell why."""

    blame = ResultKind.UNFIT
    traced = False
    mask = None

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def initialize(self) -> None:
        """Raise what loading has raised."""
        raise self._error


def _setup(
    initializer: Callable[..., object] | None, initargs: tuple[Any, ...], traced: bool
) -> Setup:
    return Setup(initializer, initargs, traced=traced)


def _from_pickle(pickled: bytes | memoryview) -> Setup | BrokenSetup:
    try:
        return _setup(*load(pickled))
    except Exception as error:  # noqa: BLE001  user code runs in __setstate__
        return BrokenSetup(error)


def _from_file(sent: Any, size: int) -> Setup | BrokenSetup:
    file = MemoryFile(sent.detach())
    try:
        with file.read(size) as pickled:
            return _from_pickle(pickled)
    finally:
        file.close()
