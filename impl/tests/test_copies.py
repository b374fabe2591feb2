"""What a task has of its own: argument, callable, result, each as with the standard library's pool.

The same small program runs on both pools, whose answers must agree.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]  # typeshed
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool

from .patience import WAIT_S

CONTEXT = multiprocessing.get_context("fork")
WORKERS = 2
FEW = 4 * WORKERS  # items of which the standard library makes a chunk each
MANY = 300


def _apply(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    return [r.get(WAIT_S) for r in [pool.apply_async(func, (item,)) for item in items]]


def _map_one_by_one(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    return pool.map_async(func, items, 1).get(WAIT_S)  # type: ignore[no-any-return]  # a list


def _starmap_one_by_one(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    every = [(item,) for item in items]
    return pool.starmap_async(func, every, 1).get(WAIT_S)  # type: ignore[no-any-return]  # a list


def _imap(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    results = pool.imap(func, items)
    return [results.next(WAIT_S) for _ in items]


def _map_in_chunks(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    return pool.map_async(func, items, 3).get(WAIT_S)  # type: ignore[no-any-return]  # a list


def _map(pool: Any, func: Callable[..., Any], items: list[Any]) -> list[Any]:
    return pool.map_async(func, items).get(WAIT_S)  # type: ignore[no-any-return]  # a list


Way = Callable[..., list[Any]]
ONE_BY_ONE: list[Way] = [_apply, _map_one_by_one, _starmap_one_by_one, _imap]
WITH_FEW = [*ONE_BY_ONE, _map_in_chunks, _map]


def _both(program: Callable[[Any], Any]) -> tuple[Any, Any]:
    with CONTEXT.Pool(WORKERS) as stdlib:
        expected = program(stdlib)
    with Pool(WORKERS, context=CONTEXT) as pool:
        return program(pool), expected


def _take_seed(settings: dict[str, int]) -> int:
    return settings.pop("seed")


def _draw(generator: random.Random) -> float:
    return generator.random()


def _sum_and_grow(nested: tuple[int, list[int]]) -> int:
    nested[1].append(1)
    return sum(nested[1])


@pytest.mark.parametrize("way", ONE_BY_ONE)
@pytest.mark.parametrize(
    ("func", "item"),
    [(_take_seed, {"seed": 7}), (_draw, random.Random(1)), (_sum_and_grow, (1, [1]))],  # noqa: S311  a replay
)
def test_no_task_sees_what_another_did_to_the_same_argument(
    way: Way, func: Callable[..., Any], item: Any
) -> None:
    got, expected = _both(lambda pool: way(pool, func, [item] * MANY))
    assert got == expected
    assert len(set(got)) == 1


class Counter:
    """A callable with a state, beside the items that refer to it."""

    def __init__(self) -> None:
        self.calls = 0
        self.nodes = [[number] for number in range(MANY)]
        self.weights = {id(node): node[0] for node in self.nodes}

    def __getstate__(self) -> dict[str, Any]:
        return {"calls": self.calls, "nodes": self.nodes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.weights = {id(node): node[0] for node in self.nodes}

    def __call__(self, _: object) -> int:
        self.calls += 1
        return self.calls

    def count(self, item: object) -> int:
        """Do as a call of the object."""
        return self(item)

    def weight(self, node: list[int]) -> int:
        """Return the weight of one of the nodes, found by its identity."""
        return self.weights[id(node)]


def _count_with(counter: Counter, item: object) -> int:
    return counter(item)


@pytest.mark.parametrize("way", [*ONE_BY_ONE, _map_in_chunks])
def test_no_task_sees_what_another_did_to_the_callable(way: Way) -> None:
    counter = Counter()
    for func in (counter, counter.count, functools.partial(_count_with, counter)):
        got, expected = _both(functools.partial(way, func=func, items=list(range(MANY))))
        assert got == expected


def test_few_items_of_a_map_are_tasks_of_their_own() -> None:
    got, expected = _both(lambda pool: _map(pool, Counter(), list(range(FEW))))
    assert got == expected == [1] * FEW


@pytest.mark.parametrize("way", WITH_FEW)
def test_what_task_and_callable_refer_to_is_one_object(way: Way) -> None:
    counter = Counter()
    got, expected = _both(lambda pool: way(pool, counter.weight, counter.nodes))
    assert got == expected == list(range(MANY))


_buffer = [0]


def _fill(number: int) -> list[int]:
    _buffer[0] = number
    return _buffer


@pytest.mark.parametrize("way", ONE_BY_ONE)
def test_a_result_is_what_it_was_when_its_task_returned(way: Way) -> None:
    """Also where the next task fills the same buffer; and no two results are one object."""
    got, expected = _both(lambda pool: way(pool, _fill, list(range(MANY))))
    assert got == expected == [[number] for number in range(MANY)]
    assert len(set(map(id, got))) == MANY


def test_few_results_of_a_map_are_objects_of_their_own() -> None:
    got, expected = _both(lambda pool: _map(pool, _fill, list(range(FEW))))
    assert got == expected == [[number] for number in range(FEW)]


def _fill_or_count(number: int) -> object:
    return _fill(number) if number % 3 else number


@pytest.mark.parametrize("way", ONE_BY_ONE)
def test_values_that_can_be_changed_and_others_come_in_order(way: Way) -> None:
    got, expected = _both(lambda pool: way(pool, _fill_or_count, list(range(MANY))))
    assert got == expected


class Unhashable(type):
    """A metaclass, whose classes cannot be put into a set."""

    __hash__ = None  # type: ignore[assignment]  # as who defines __eq__ alone has it


class Thing(metaclass=Unhashable):
    """One of them."""


def _make(number: int) -> object:
    return Thing() if number == 7 else [number]


def test_what_cannot_even_be_looked_up_by_its_type_fails_alone() -> None:
    """It cannot be pickled, and must not end the worker before that says so."""
    with Pool(WORKERS, context=CONTEXT) as pool:
        results = pool.imap(_make, range(FEW))
        for number in range(FEW):
            if number == 7:
                with pytest.raises(MaybeEncodingError):
                    results.next(WAIT_S)
            else:
                assert results.next(WAIT_S) == [number]
        for chunksize in (1, None):
            with pytest.raises(MaybeEncodingError):
                pool.map_async(_make, range(MANY), chunksize).get(WAIT_S)


def _window() -> Iterator[list[int]]:
    window = [0, 0]
    for number in range(MANY):
        window[:] = [window[1], number]
        yield window


class Model:
    """Changes while its input is read."""

    def __init__(self) -> None:
        self.rate = 0

    def items(self) -> Iterator[int]:
        """Yield numbers, each at a rate of its own."""
        for number in range(50):
            self.rate = 2 * number
            yield number

    def rated(self, item: int) -> tuple[int, int]:
        """Return an item and the rate at its time."""
        return item, self.rate


@pytest.mark.parametrize("chunksize", [1, 3])
def test_an_item_is_what_it_was_when_it_was_drawn(chunksize: int) -> None:
    got, expected = _both(lambda pool: list(pool.imap(sum, _window(), chunksize)))
    assert got == expected


@pytest.mark.parametrize("chunksize", [1, 3])
def test_a_callable_is_what_it_was_when_its_item_was_drawn(chunksize: int) -> None:
    def program(pool: Any) -> list[Any]:
        model = Model()
        return list(pool.imap(model.rated, model.items(), chunksize))

    got, expected = _both(program)
    assert got == expected


class Looked:
    """Is what a worker knows under a name when it is loaded."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> tuple[Callable[[str], str], tuple[str]]:
        return _look_up, (self.name,)


_known: dict[str, str] = {}


def _look_up(name: str) -> str:
    return _known.get(name, "missing")


def _make_known(item: tuple[str, str]) -> str:
    name, earlier = item
    _known[name] = f"known as {name}"
    return earlier


@pytest.mark.parametrize("way", ONE_BY_ONE[:2] + ONE_BY_ONE[3:])
def test_an_item_is_loaded_behind_what_the_task_before_it_has_done(way: Way) -> None:
    with Pool(1, context=CONTEXT) as pool:
        names = [str(number) for number in range(MANY)]
        items = [(name, Looked(str(number - 1))) for number, name in enumerate(names)]
        assert way(pool, _make_known, items)[1:] == [f"known as {name}" for name in names[:-1]]


class Heavy:
    """Weighs as much as a frame, and counts how often it is pickled."""

    pickled = 0

    def __getstate__(self) -> bytes:
        Heavy.pickled += 1
        return b"".join([bytes(1 << 20)])  # not the same one each time

    def __setstate__(self, state: bytes) -> None:
        assert len(state) == 1 << 20


def _second(item: tuple[Heavy, int]) -> int:
    return item[1]


def test_what_the_items_of_a_map_share_is_not_sent_with_each_of_them() -> None:
    """The standard library sends it once a chunk, of which there are eight here."""
    shared, Heavy.pickled = Heavy(), 0
    with Pool(WORKERS, context=CONTEXT) as pool:
        items = [(shared, number) for number in range(400)]
        assert pool.map_async(_second, items).get(WAIT_S) == list(range(400))
    assert Heavy.pickled < 40


class OnlyOnce:
    """Can be pickled once, and loaded once: as a connection, which is fetched from its owner."""

    pickled = 0

    def __getstate__(self) -> int:
        OnlyOnce.pickled += 1
        return OnlyOnce.pickled

    def __setstate__(self, ticket: int) -> None:
        path = os.path.join(_tickets, str(ticket))  # noqa: PTH118  as short as can be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))


_tickets = ""


def _take_tickets(folder: str) -> None:
    global _tickets  # noqa: PLW0603  what an initializer leaves for the tasks
    _tickets = folder


def _now_and_then_slow(item: tuple[int, OnlyOnce]) -> int:
    number, _ = item
    if number % 40 == 0:
        time.sleep(0.03)  # longer than a frame may take: what stands behind it is given back
    return number


def test_an_item_that_is_drawn_is_loaded_once_whoever_runs_it(tmp_path: Path) -> None:
    with Pool(WORKERS, _take_tickets, (str(tmp_path),), context=CONTEXT) as pool:
        drawn = ((number, OnlyOnce()) for number in range(400))
        assert list(pool.imap(_now_and_then_slow, drawn)) == list(range(400))
    assert len(list(tmp_path.iterdir())) == 400


class Unpicklable:
    """Refuses to be pickled."""

    def __reduce__(self) -> str:
        raise ValueError("not this one")


def _drawn_one_by_one() -> Iterator[Any]:
    yield [1]
    yield Unpicklable()
    yield [2]


def test_a_drawn_item_that_cannot_be_pickled_fails_alone() -> None:
    with Pool(WORKERS, context=CONTEXT) as pool:
        results = pool.imap(len, _drawn_one_by_one())
        assert results.next(WAIT_S) == 1
        with pytest.raises(ValueError, match="not this one"):
            results.next(WAIT_S)
        assert results.next(WAIT_S) == 1


class Fragile:
    """Cannot be loaded in a worker but once in a while."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __setstate__(self, state: dict[str, int]) -> None:
        if state["number"] % 50 == 7:
            raise LookupError(state["number"])
        self.__dict__.update(state)


class Reader:
    """A callable with a state."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, item: Fragile) -> int:
        self.seen.append(item.number)
        return sum(self.seen)


def test_an_item_of_such_a_callable_that_cannot_be_loaded_fails_alone() -> None:
    with Pool(WORKERS, context=CONTEXT) as pool:
        results = pool.imap(Reader(), [Fragile(number) for number in range(MANY)])
        for number in range(MANY):
            if number % 50 == 7:
                with pytest.raises(LookupError):
                    results.next(WAIT_S)
            else:
                assert results.next(WAIT_S) == number
