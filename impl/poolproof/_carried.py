"""Callables that have a state, in a worker: each unit of tasks has a copy of its own.

Kept as a pickle, and loaded when the first task of a unit is to run; the tasks with it, because
they may refer to objects of that very copy (see `_packing`).
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from ._calls import OwnCall
from ._frames import TaskHeader
from ._units import parts_of, split


class Carried:
    """One callable."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled
        self._unit: int | None = None
        self._objects: dict[int, Any] = {}
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
        self._objects = unpickler.memo.copy()
        self._unit = unit

    def load(self, pickled: bytes) -> Any:
        """Load tasks of the unit that was taken up.

        Raises: whatever loading them raises.
        """
        return _Linked(io.BytesIO(pickled), self._objects).load()


class _Linked(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, objects: dict[int, Any]) -> None:
        super().__init__(file)
        self._objects = objects

    def persistent_load(self, pid: Any) -> Any:
        return self._objects[pid]


class CarriedRun:
    """Runs the tasks of a frame by their positions, with what each unit has of its own.

    watch: returns the callable that is to be called in place of one (see `_trace`).
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
        self._per_unit = header.per_unit
        self._start = header.start
        self._loaded = -1
        self._tasks: list[Any] = []

    def load(self, number: int) -> None:
        """Load the tasks of part `number` of the frame, and a callable for them.

        Raises: whatever loading them raises.
        """
        self._loaded, self._tasks = -1, []
        self._carried.take_up(self._first_unit + number)
        self._tasks = self._carried.load(self._pickles[number])
        self._call = self._watch(self._carried.call)
        self._loaded = number

    def __call__(self, position: int) -> Any:
        """Run one task."""
        number = (self._start + position) // self._per_unit - self._first_unit
        if number != self._loaded:
            self.load(number)
        task = self._tasks[position - self._parts[number].start]
        if type(task) is OwnCall:
            return self._watch(task.call)(task.task)
        return self._call(task)
