"""Callables that have a state, in a worker: each unit of tasks has a copy of its own.

Kept as a pickle, and loaded when the first task of a unit is to run; the tasks with it, because
they may refer to objects of that very copy (see `packing`).
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from .._wire.calls import OwnCall
from .._wire.channel import PROTOCOL
from .._wire.frames import TaskHeader
from .._wire.units import parts_of, split

SMALL_BYTES = 64 << 10  # 64 KiB: to copy them takes less than to read from Python code


class Carried:
    """One callable."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled
        self._unit: int | None = None
        self._primer = b""
        self._memo: Any = None
        self.call: Callable[[Any], Any]

    def take_up(self, unit: int) -> None:
        """Have a copy for a unit; the one there is, if it is that unit's.

        Raises: whatever loading it raises.
        """
        if unit == self._unit:
            return
        self._unit = None
        unpickler = pickle.Unpickler(io.BytesIO(self._pickled))
        self.call = unpickler.load()
        self._memo = unpickler.memo
        self._primer = self._primer or _that_counts_to(len(self._memo.copy()))
        self._unit = unit

    def load(self, pickled: bytes) -> Any:
        """Load tasks of the unit that was taken up, as if they followed it in one pickle.

        Raises: whatever loading them raises.
        """
        source = _Source(self._primer)
        unpickler = pickle.Unpickler(source)
        # An unpickler numbers an object by how many it has numbered, and not by its memo.
        unpickler.load()
        unpickler.memo = self._memo  # a copy: the tasks may be loaded again, and others
        source.switch(pickled)
        return unpickler.load()

    def load_both(self, pickled: bytes) -> tuple[Callable[[Any], Any], Any]:
        """Load tasks and a callable that is theirs alone.

        Raises: whatever loading either raises.
        """
        if len(self._pickled) + len(pickled) < SMALL_BYTES:
            unpickler = pickle.Unpickler(io.BytesIO(self._pickled + pickled))
            return unpickler.load(), unpickler.load()
        source = _Source(self._pickled)
        unpickler = pickle.Unpickler(source)
        call = unpickler.load()
        source.switch(pickled)
        return call, unpickler.load()


def _that_counts_to(objects: int) -> bytes:
    """Return a pickle that makes an unpickler number so many objects."""
    each = pickle.NONE + pickle.MEMOIZE + pickle.POP
    return pickle.PROTO + bytes([PROTOCOL]) + objects * each + pickle.NONE + pickle.STOP


class _Source:
    """One file behind the other, none of which is copied."""

    def __init__(self, data: bytes) -> None:
        self.switch(data)

    def switch(self, data: bytes) -> None:
        """Go on with other data."""
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def readline(self) -> bytes:
        return self._file.readline()

    def readinto(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer)


class CarriedRun:
    """Runs the tasks of a frame by their positions, with what each unit has of its own.

    watch: returns the callable that is to be called in place of one (see `stopwatch`).
    """

    def __init__(
        self,
        carried: Carried,
        header: TaskHeader,
        body: memoryview,
        watch: Callable[[Callable[[Any], Any]], Callable[[Any], Any]],
    ) -> None:
        self._carried = carried
        self._watch = watch
        self._call: Callable[[Any], Any]
        self._first_unit = header.start // header.per_unit
        self._parts = parts_of(header.start, header.tasks, header.per_unit)
        # Copies: the frame's buffer is lent for its loading only.
        self._pickles = list(map(bytes, split(body, len(self._parts))))
        self._header = header
        self._loaded = -1
        self._tasks: list[Any] = []

    def begin(self) -> tuple[Callable[[Any], Any], list[Any]]:
        """Load the first part; return what is to be called, and with what one after the other.

        Its unit has been taken up.
        Raises: whatever loading that raises.
        """
        self._have(0, self._carried.call, self._carried.load(self._pickles[0]))
        if len(self._parts) == 1 and type(self._tasks[0]) is not OwnCall:
            return self._call, self._tasks
        return self, list(range(self._parts[-1].stop))

    def _have(self, number: int, call: Callable[[Any], Any], tasks: Any) -> None:
        self._call = self._watch(call)
        self._tasks = list(tasks)  # a range has its own pickle
        self._loaded = number

    def _load(self, number: int) -> None:
        self._loaded, self._tasks = -1, []
        if self._header.per_unit == 1:
            self._have(number, *self._carried.load_both(self._pickles[number]))
            return
        self._carried.take_up(self._first_unit + number)
        self._have(number, self._carried.call, self._carried.load(self._pickles[number]))

    def __call__(self, position: int) -> Any:
        """Run one task."""
        number = (self._header.start + position) // self._header.per_unit - self._first_unit
        if number != self._loaded:
            self._load(number)
        task = self._tasks[position - self._parts[number].start]
        if type(task) is OwnCall:
            call, own = pickle.loads(task.pickled)
            return self._watch(call)(own)
        return self._call(task)
