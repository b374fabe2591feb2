"""Callable and tasks arrive as if they had been one pickle, though each travels once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolproof._front.packing import HEAVY_CALL_BYTES, LARGE_BYTES, Packed, Packer, Snapshot
from poolproof._wire.frames import TaskHeader, TaskKind
from poolproof._worker.carried import Carried, CarriedRun

GRAPHS = st.recursive(
    st.integers() | st.text(max_size=5) | st.binary(max_size=200),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=25,
)


class Holder:
    """A callable that returns what it holds, and its task."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __call__(self, task: Any) -> tuple[Any, Any]:
        return self.held, task


def _unwatched(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return call


def _arrive(packer: Packer, start: int, tasks: Sequence[Any]) -> list[Any]:
    """Return what comes of the tasks in a worker that has not had any before."""
    carried = Carried(b"".join(packer.call()))
    packed = packer.tasks(start, tasks)
    header = TaskHeader(
        TaskKind.RUN, start=start, tasks=len(tasks), per_unit=packer.per_unit, joint=packed.joint
    )
    return _run(carried, header, packed)


def _run(carried: Carried, header: TaskHeader, packed: Packed) -> list[Any]:
    carried.take_up(header.start // header.per_unit)
    body = memoryview(b"".join(packed.body))
    call, items = CarriedRun(carried, header, body, _unwatched).begin()
    return list(map(call, items))


def _parts(value: Any) -> list[Any]:
    """Return every list and dict of a graph, itself included, in order."""
    inner = value.values() if isinstance(value, dict) else value
    found = [value] if isinstance(value, list | dict) else []
    if isinstance(value, list | dict | tuple):
        for part in inner:
            found += _parts(part)
    return found


@given(
    held=st.lists(GRAPHS, max_size=6),
    own=st.lists(GRAPHS, min_size=1, max_size=5),
    start=st.integers(0, 9),
    per_unit=st.integers(1, 4),
    data=st.data(),
)
def test_what_is_shared_is_shared_there_and_what_is_not_is_not(
    held: list[Any], own: list[Any], start: int, per_unit: int, data: st.DataObject
) -> None:
    """Each task refers to something of its own, twice, and to something that the callable holds."""
    parts = _parts(held)
    shared = [data.draw(st.sampled_from(parts)) for _ in own]
    tasks = [(thing, [thing, part], part) for thing, part in zip(own, shared, strict=True)]
    got = _arrive(Packer(Holder(held), per_unit), start, tasks)
    for position, (there, task) in enumerate(got):
        assert there == held
        assert task == tasks[position]
        again = _parts(there)
        place = next(n for n, part in enumerate(parts) if part is shared[position])
        assert task[2] is task[1][1] is again[place]
        if isinstance(own[position], list | dict):
            assert task[0] is task[1][0]
    for position, (there, _) in enumerate(got):
        unit = (start + position) // per_unit
        for other, (elsewhere, _) in enumerate(got):
            assert (there is elsewhere) == (unit == (start + other) // per_unit)


def test_tasks_of_a_unit_may_come_in_several_frames() -> None:
    """The worker keeps its copy of the callable as long as the unit is the same."""
    holder = Holder([[number] for number in range(50)])
    packer = Packer(holder, 10)
    carried = Carried(b"".join(packer.call()))
    seen = []
    for start in (0, 3, 7, 10):
        packed = packer.tasks(start, [holder.held[start], ["own"], ["own", start]])
        header = TaskHeader(TaskKind.RUN, start=start, tasks=3, per_unit=10)
        (held, task), *others = _run(carried, header, packed)
        assert task is held[start]
        assert [other for _, other in others] == [["own"], ["own", start]]
        seen.append(held)
    assert seen[0] is seen[1] is seen[2]
    assert seen[3] is not seen[2]


def test_a_large_object_of_both_is_sent_once() -> None:
    """Its pickle is with the callable; a task's says where."""
    large = bytes(1 << 20)
    packer = Packer(Holder([large]), 1)
    assert packer.call().size > len(large)
    tasks = [[large], [large, 1], [large, [2]]]
    assert packer.tasks(0, tasks).body.size < 200
    for held, task in _arrive(packer, 0, tasks):
        assert held == [large]
        assert task[0] is held[0]


def test_a_callable_that_has_changed_travels_with_its_task() -> None:
    holder = Holder([[1], "a", {"b": [2]}])
    packer = Packer(holder, 1)
    first = packer.snapshot([1, "a"])
    holder.held.append([3])
    second = packer.snapshot([holder.held[-1], holder.held[0]])
    (_, before), (held, after) = _arrive(packer, 0, [first, second])
    assert (before, held, after) == ([1, "a"], holder.held, [[3], [1]])
    assert after[0] is held[-1]
    assert after[1] is held[0]


def _refuse() -> None:
    raise ValueError("not this one")


class Unpicklable:
    """Refuses to be pickled."""

    def __reduce__(self) -> Any:
        _refuse()


@pytest.mark.parametrize("call", [len, Holder(1)])
def test_what_cannot_be_pickled_says_so_when_it_is_packed(call: Callable[..., Any]) -> None:
    packer = Packer(call, 1)
    for task in (packer.snapshot(Unpicklable()), Unpicklable()):
        packed = packer.tasks(0, [[1], task, [2]])
        assert str(packed.error) == "not this one"
        with pytest.raises(ValueError, match="not this one"):
            Packer(call, 3).tasks(0, [[1], Unpicklable(), [2]])


class Counted:
    """Counts how often it is pickled, as what hands over a file or a connection might."""

    def __init__(self) -> None:
        self.times = 0

    def __reduce__(self) -> Any:
        self.times += 1
        return Counted, ()


@pytest.mark.parametrize("call", [len, Holder(1)])
@pytest.mark.parametrize("spoilt", [False, True])
def test_what_comes_back_is_not_pickled_again(call: Callable[..., Any], spoilt: bool) -> None:
    packer = Packer(call, 1)
    counted = [Counted() for _ in range(5)]
    packed = packer.tasks(0, [*counted, *[Unpicklable()] * spoilt])
    assert (packed.error is not None) == spoilt
    rest = packed.tasks[1:5]
    assert packer.tasks(1, rest).body == packer.tasks(1, packer.tasks(1, rest).tasks).body
    assert [task.times for task in counted] == [1] * 5


@pytest.mark.parametrize(
    ("task", "taken"),
    [(1, False), ("a", False), ((1, "a"), False), ([1], True), (bytes(LARGE_BYTES), True)],
)
def test_a_snapshot_is_taken_of_what_may_change_and_of_what_is_large(
    task: Any, taken: bool
) -> None:
    snapshot = Packer(len, 1).snapshot(task)
    assert isinstance(snapshot, Snapshot) is taken
    assert not taken or snapshot.size >= 1


def test_only_a_large_callable_is_heavy() -> None:
    light, heavy = (
        Packer(functools.partial(len, bytes(size)), 1) for size in (9, HEAVY_CALL_BYTES)
    )
    for packer in (light, heavy):
        packer.call()
    assert (light.heavy, heavy.heavy) == (False, True)
