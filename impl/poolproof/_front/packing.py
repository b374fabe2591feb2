"""What a job sends: its callable once, and its tasks as if each were pickled together with it.

    callable  pickled once a job, sent once a worker
    tasks     a pickle a part of a unit (see `units`); one for all where nothing can be changed

A callable with a state (a bound method, a partial, an instance) is *carried*: a worker loads it
anew for each unit.  What a task and the callable both refer to is one object in the worker, too:
the pickle of the task goes on where that of the callable ended, and refers to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from sys import getsizeof
from typing import Any, NamedTuple

from .._wire.calls import OwnCall, function_of
from .._wire.channel import Body, pickle_into, pickler_into
from .._wire.sharing import plain, stateless
from .._wire.units import count_parts, join, parts_of

LARGE_BYTES = 4096  # of a number or a string
HEAVY_CALL_BYTES = 64 << 10  # 64 KiB, of a callable


class Packed(NamedTuple):
    """Tasks, pickled.

    joint: in one pickle, whatever units they are of.
    tasks: what is to be packed where they come back: their pickles, but of those that lie in the
           task's own memory, or are joint.
    error: why one of `tasks` cannot be; then there is no body.
    """

    body: Body
    joint: bool
    tasks: Sequence[Any]
    error: BaseException | None = None


class Packer:
    """Pickles the callable and the tasks of one job.

    Guarantees: the dispatcher alone uses it, but for snapshots: those one other thread may take,
    and does before the dispatcher has the first task.

    callable:  what a worker calls with each task.
    per_unit:  tasks that the standard library would send as one; they may share what is in their
               pickle, and count as one for maxtasksperchild.
    are_plain: tells whether nobody can change any of so many tasks.
    """

    def __init__(
        self,
        call: Callable[[Any], Any],
        per_unit: int,
        are_plain: Callable[[Collection[Any]], bool] = plain,
    ) -> None:
        self.callable = call
        self.per_unit = per_unit
        self._are_plain = are_plain
        #: the callable has a state
        self.carried = not stateless(function_of(call))
        self._pickled_call: Body | None = None
        self._memo: Any = None

    def call(self) -> Body:
        """Return the pickle of the callable.

        Raises: whatever its own reduction raises.
        """
        if self._pickled_call is None:
            body = Body()
            pickler = pickler_into(body)
            pickler.dump(self.callable)
            body.unwrap()
            if self.carried:
                # Holds the objects: as long as they live, nothing else has their identity.
                self._memo = pickler.memo
            self._pickled_call = body
        return self._pickled_call

    @property
    def heavy(self) -> bool:
        """Tell whether a worker that keeps the callable keeps much."""
        return self._pickled_call is not None and self._pickled_call.size >= HEAVY_CALL_BYTES

    def snapshot(self, task: Any) -> Any:
        """Return a task as it is now, for `tasks`: its pickle, unless nobody can change it.

        For an input that may change it, or the callable, before the next one; and large ones, so
        that it is known how much memory they take.
        """
        if not self.carried and plain((task,)) and getsizeof(task) < LARGE_BYTES:
            return task
        try:
            if self.carried and self._has_changed():
                both = Body()
                pickle_into(both, (self.callable, task))
                task = OwnCall(b"".join(both))
            taken = Snapshot(self._pickled()([task]))
            taken.body.freeze()
        except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
            return Snapshot(Body(), error)
        return taken

    def _has_changed(self) -> bool:
        body = Body()
        before = self.call()
        pickle_into(body, self.callable)
        return b"".join(body) != b"".join(before)

    def tasks(self, start: int, tasks: Sequence[Any]) -> Packed:
        """Return tasks `start`, `start + 1`, ... of the job.

        Raises: whatever the reduction of a unit of several tasks raises.
        """
        alone = self.per_unit == 1
        if self.carried:
            self.call()
        elif type(tasks[0]) is not Snapshot and (
            (not alone and count_parts(start, len(tasks), self.per_unit) == 1)
            or self._are_plain(tasks)
        ):
            whole = Body()
            pickle_into(whole, tasks)
            return Packed(whole, joint=True, tasks=tasks)
        if alone:
            return self._packed_alone(tasks)
        bodies = self._apart(tasks[part] for part in parts_of(start, len(tasks), self.per_unit))
        return Packed(join(bodies), joint=False, tasks=tasks)

    def _packed_alone(self, tasks: Sequence[Any]) -> Packed:
        pickled = self._pickled()
        taken: list[Snapshot] = []
        for task in tasks:
            if taken:
                taken[-1].body.freeze()  # this one's own code may change what that refers to
            taken.append(task if type(task) is Snapshot else Snapshot.of(pickled, [task]))
        error = next((one.error for one in taken if one.error is not None), None)
        body = Body() if error is not None else join([one.body for one in taken])
        kept = [one if one.body.is_own else task for one, task in zip(taken, tasks, strict=True)]
        return Packed(body, joint=False, tasks=kept, error=error)

    def _apart(self, parts: Iterable[Sequence[Any]]) -> list[Body]:
        pickled = self._pickled()
        bodies: list[Body] = []
        for part in parts:
            if bodies:
                bodies[-1].freeze()  # as above
            bodies.append(pickled(part))
        return bodies

    def _pickled(self) -> Callable[[Sequence[Any]], Body]:
        """Return what pickles one part after the other: to make a pickler for each costs more."""
        body = Body()
        pickler = pickler_into(body)

        def pickled(part: Sequence[Any]) -> Body:
            body.clear()  # first: the one before may have been broken off
            pickler.clear_memo()
            if self.carried:
                pickler.memo = self._memo  # a copy
            pickler.dump(part)
            if len(body) > 1:
                body.unwrap()
            return Body(body)

        return pickled


class Snapshot:
    """A task, pickled; or what that has raised."""

    __slots__ = ("body", "error")

    def __init__(self, body: Body, error: BaseException | None = None) -> None:
        #: the pickle, empty where there is none
        self.body = body
        self.error = error

    @classmethod
    def of(cls, pickled: Callable[[Sequence[Any]], Body], part: Sequence[Any]) -> Snapshot:
        """Pickle a task, as the only one of its part."""
        try:
            return cls(pickled(part))
        except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
            return cls(Body(), error)

    @property
    def size(self) -> int:
        """Bytes of the pickle."""
        return self.body.size
