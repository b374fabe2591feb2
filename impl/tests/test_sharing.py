"""What tasks may share: only what nobody can change, and what is pickled by its name."""

from __future__ import annotations

import collections
import copyreg
import functools
import math
import operator
import random
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from types import FunctionType
from typing import Any

import pytest

from poolproof._wire.sharing import plain, plain_calls, stateless

from .tasks import square


class Meta(type):
    """Its classes cannot be put into a set."""

    __hash__ = None  # type: ignore[assignment]  # as a metaclass may have it


class Odd(metaclass=Meta):
    """One of them."""


class Text(str):
    """May have a state, as no str has."""

    __slots__ = ("note",)


def _nested(levels: int) -> tuple[Any, ...]:
    value: tuple[Any, ...] = (1,)
    for _ in range(levels):
        value = (value, value)
    return value


@pytest.mark.parametrize(
    "values",
    [[], [1, 2.0, 3j, True, None, "a", b"b"], range(9), [(1, "a"), ()], [1, ((2,), 3)], ((1,),)],
)
def test_numbers_strings_and_tuples_of_them_are_plain(values: Any) -> None:
    assert plain(values)


@pytest.mark.parametrize(
    "value",
    [[], {}, set(), bytearray(b"a"), (1, []), Text("a"), object(), Odd(), random.Random(1)],  # noqa: S311  a value
)
def test_what_can_be_changed_is_not(value: Any) -> None:
    assert not plain([1, value])


def test_tuples_that_refer_to_each_other_are_not_looked_through_for_ever() -> None:
    assert not plain([_nested(60)])


@pytest.mark.parametrize("func", [square, len, math.sqrt, operator.add, int, dict, Odd, Text])
def test_what_has_a_name_in_a_module_has_no_state(func: Callable[..., Any]) -> None:
    assert stateless(func)


@pytest.mark.parametrize(
    "func",
    [
        functools.partial(square, 1),
        random.Random(1).random,  # noqa: S311  a builtin method, whose object is pickled with it
        [].append,
        collections.Counter().update,
        operator.itemgetter(1),
    ],
)
def test_what_is_pickled_with_an_object_has_one(func: Callable[..., Any]) -> None:
    assert not stateless(func)


class Registry(type):
    """A metaclass for which a reducer can be registered."""


class Made(metaclass=Registry):
    """One of its classes."""


def test_a_reducer_counts_where_pickle_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for functions: Twisted registers one, and pickle goes by their names all the same."""
    for kind in (FunctionType, type, Registry):
        monkeypatch.setitem(copyreg.dispatch_table, kind, lambda made: made.__name__)
    assert ForkingPickler.loads(ForkingPickler.dumps(square)) is square
    assert stateless(square)
    assert stateless(collections.Counter)
    assert not stateless(Made)
    assert plain_calls([(square, (1,), {})])


_REGISTERED = """
import copyreg, multiprocessing, types
copyreg.pickle(types.FunctionType, lambda function: function.__qualname__)
from poolproof import Pool

def same(names, again):
    return again

names = ["ann", "bob", "cyd", "dan", "eve"]
with Pool(2, context=multiprocessing.get_context("fork")) as pool:
    assert pool.apply_async(same, (names, names[2:])).get(30) == names[2:]
    assert pool.starmap(same, [(names, names[2:])]) == [names[2:]]
"""


def test_a_reducer_for_functions_spoils_no_arguments() -> None:
    """It is there before the pool is imported."""
    subprocess.run([sys.executable, "-c", _REGISTERED], timeout=60, check=True)


@pytest.mark.parametrize(
    ("task", "is_plain"),
    [
        ((square, (1,), {}), True),
        ((square, (), {}), True),
        ((square, ([],), {}), False),
        ((square, [1], {}), False),
        ((square, (1,), {"a": 1}), False),
        ((square, (1,), collections.OrderedDict()), False),
        ((functools.partial(square), (1,), {}), False),
        (object(), False),
    ],
)
def test_calls_are_plain_whose_every_part_is(task: Any, is_plain: bool) -> None:
    assert plain_calls([(square, (2,), {}), task]) is is_plain
