"""Arrays of NumPy arrive as with the standard library's pool: one may write to them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from poolproof import Pool
from poolproof._wire.channel import Body, pickle_into, pickler_into

from .patience import WAIT_S

Array = npt.NDArray[Any]
SMALL, LARGE = 100, 200_000  # bytes


@pytest.fixture(name="pool", scope="module")
def _pool() -> Iterator[Pool]:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        yield pool


def _read_only(size: int) -> Array:
    array = np.zeros(size, "u1")
    array.flags.writeable = False
    return array


def _write(array: Array) -> Array:
    array += 1
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_who_gets_an_array_may_write_to_it_whoever_sent_it(pool: Pool, size: int) -> None:
    for call in (
        pool.apply_async(_write, (_read_only(size),)),
        pool.map_async(_write, [_read_only(size)] * 3),
        pool.map_async(_write, [_read_only(size)] * 3, 1),
    ):
        results = call.get(WAIT_S)
        for result in results if isinstance(results, list) else [results]:
            np.add(result, 1, out=result)
            assert (result == 2).all()


def _resize(array: Array) -> int:
    array.resize(7, refcheck=False)
    return array.size


def test_a_small_array_owns_its_memory(pool: Pool) -> None:
    assert pool.map_async(_resize, [np.zeros(5), np.zeros(5)]).get(WAIT_S) == [7, 7]


@pytest.mark.parametrize("dtype", ["<i4", ">i4", "O", "U3", "M8[s]", [("a", "<i2"), ("b", ">f8")]])
@pytest.mark.parametrize("items", [3, 50_000])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_arrives_as_by_the_standard_librarys_pool(
    pool: Pool, dtype: Any, items: int, order: Any
) -> None:
    array = np.zeros((items, 2), dtype, order=order)
    expected = pool.apply_async(_shape_of, (array,)).get(WAIT_S)
    with multiprocessing.get_context("fork").Pool(1) as stdlib:
        assert stdlib.apply_async(_shape_of, (array,)).get(WAIT_S) == expected


def _shape_of(array: Array) -> tuple[object, ...]:
    return array.dtype.str, array.shape, array.strides, array.flags.writeable


def test_what_the_user_has_registered_for_arrays_counts() -> None:
    pickler = pickler_into(Body())
    table: Any = pickler.dispatch_table
    own = table[np.ndarray]
    type(pickler).register(np.ndarray, own_reduce := lambda array: (np.array, (array.tolist(),)))
    try:
        body = Body()
        pickle_into(body, np.zeros(3))
        assert b"frombuffer" not in b"".join(body)
        table = pickler_into(Body()).dispatch_table
        assert table[np.ndarray] is own_reduce is not own
    finally:
        del type(pickler)._extra_reducers[np.ndarray]  # type: ignore[attr-defined]


def _refilled(times: int, size: int) -> Iterator[Array]:
    buffer = np.zeros(size, "u1")
    for number in range(times):
        buffer.fill(number)
        yield buffer


def _content(array: Array) -> list[int]:
    return sorted(set(array.tolist()))


class Scratch:
    """Is pickled by a buffer that all of its kind share."""

    buffer = np.zeros(LARGE, "u1")

    def __init__(self, number: int) -> None:
        self.number = number
        self.content: list[int] = []

    def __getstate__(self) -> Array:
        self.buffer.fill(self.number)
        return self.buffer

    def __setstate__(self, buffer: Array) -> None:
        self.content = _content(buffer)


def _content_of(scratch: Scratch) -> list[int]:
    return scratch.content


EACH = [[number] for number in range(60)]


def test_an_iterator_may_fill_one_array_anew_for_each_item(pool: Pool) -> None:
    assert list(pool.imap(_content, _refilled(60, LARGE))) == EACH
    assert sorted(pool.imap_unordered(_content, _refilled(60, LARGE))) == EACH


WAYS: dict[str, Callable[[Pool, list[Scratch]], list[Any]]] = {
    "map": lambda pool, items: pool.map_async(_content_of, items, 1).get(WAIT_S),
    "imap": lambda pool, items: list(pool.imap(_content_of, items)),
    "apply": lambda pool, items: [
        call.get(WAIT_S) for call in [pool.apply_async(_content_of, (item,)) for item in items]
    ],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_object_may_be_pickled_by_an_array_that_the_next_one_fills(
    pool: Pool, way: Callable[[Pool, list[Scratch]], list[Any]]
) -> None:
    assert way(pool, [Scratch(number) for number in range(60)]) == EACH
