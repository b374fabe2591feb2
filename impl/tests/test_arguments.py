"""Arguments: what the standard library takes is taken; any other is told what was expected.

Each error has the type that it has in the standard library, and comes when it comes there: what
the standard library finds out late, or never, is no error of the call.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from poolproof import Pool

from .patience import WAIT_S
from .tasks import block, square


class Whole:
    """An integer, but no int, as NumPy's are."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


class Mute:
    """Raises when it is shown."""

    def __repr__(self) -> str:
        raise ValueError("no words")


class FalsyCallback:
    """Can be called, and is empty."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    def __len__(self) -> int:
        return 0

    def __call__(self, value: object) -> None:
        self.got.append(value)


class BecomesSquare:
    """Cannot be called here; what its pickle makes of it can."""

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return _named, ("square",)


def _named(name: str) -> Any:
    return {"square": square}[name]


@pytest.fixture(name="pool", scope="module")
def _pool() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


@pytest.fixture(name="busy", scope="module")
def _busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    with Pool(1) as pool:
        pool.apply_async(block, (str(tmp_path_factory.mktemp("busy") / "started"),))
        yield pool


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"context": "spawn"},
            AttributeError,
            "a context, such as multiprocessing.get_context('spawn'), got 'spawn' (str)",
        ),
        ({"context": 3}, AttributeError, "got 3 (int)"),
        (
            {"initializer": square, "initargs": 3},
            TypeError,
            "initargs: expected an iterable, got 3 (int)",
        ),
        ({"initializer": 3}, TypeError, "initializer must be a callable or None, got 3"),
        (
            {"trace": 3},
            TypeError,
            "trace: expected the path of a file, a str or os.PathLike, got 3 (int)",
        ),
        ({"processes": "2"}, TypeError, "processes: expected an int or None, got '2' (str)"),
        ({"processes": 2.0}, TypeError, "processes: expected an int or None, got 2.0 (float)"),
        ({"processes": Whole(0)}, ValueError, "Number of processes must be at least 1, got 0"),
        (
            {"maxtasksperchild": "3"},
            ValueError,
            "maxtasksperchild must be a positive int or None, got '3'",
        ),
        (
            {"processes": Mute()},
            TypeError,
            "got <Mute object, its repr() raised ValueError> (Mute)",
        ),
    ],
    ids=[
        *("name for context", "number for context", "number for initargs"),
        *("number for initializer", "number for trace", "text for processes"),
        *("float for processes", "0 processes", "text for maxtasksperchild", "mute object"),
    ],
)
def test_the_constructor_says_what_it_expected(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        Pool(**{"processes": 1} | arguments)
    assert type(raised.value) is error
    assert words in str(raised.value)


def test_what_nobody_reads_is_not_looked_at() -> None:
    with Pool(1, initializer=None, initargs=None) as pool:  # type: ignore[arg-type]  # as some programs do
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9


def test_the_module_is_a_context_too() -> None:
    with Pool(1, context=multiprocessing) as pool:  # type: ignore[arg-type]  # the standard library takes it
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9


def test_whoever_is_an_integer_counts() -> None:
    two: Any = Whole(2)
    with Pool(two) as pool:
        assert "pool_size=2" in repr(pool)
        assert pool.map_async(square, range(5), two).get(WAIT_S) == [0, 1, 4, 9, 16]
        assert list(pool.imap(square, range(5), two, two)) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("timeout", ["x", [], 1j, b"1", Decimal(1)], ids=repr)
def test_a_timeout_is_a_number(busy: Pool, timeout: Any) -> None:
    words = "timeout: expected a number of seconds or None, got "
    for wait in _waits(busy):
        with pytest.raises(TypeError) as raised:
            wait(timeout)
        assert str(raised.value) == f"{words}{timeout!r} ({type(timeout).__name__})"


@pytest.mark.parametrize("timeout", [float("inf"), 10**12], ids=repr)
def test_a_timeout_is_one_that_can_be_waited_for(busy: Pool, timeout: Any) -> None:
    for wait in _waits(busy):
        with pytest.raises(OverflowError) as raised:
            wait(timeout)
        assert "timeout: expected at most" in str(raised.value)
        assert f"None to wait without end, got {timeout!r}" in str(raised.value)


def _waits(pool: Pool) -> list[Callable[[Any], object]]:
    result = pool.apply_async(square, (1,))
    return [result.get, result.wait, pool.imap(square, [1]).next]


@pytest.mark.parametrize("timeout", [0, -1, 0.001, float("nan"), Fraction(1, 1000)], ids=repr)
def test_whatever_number_it_is_a_timeout_ends(busy: Pool, timeout: Any) -> None:
    with pytest.raises(multiprocessing.TimeoutError):
        busy.apply_async(square, (1,)).get(timeout)


def test_nobody_looks_at_the_timeout_of_what_is_there(pool: Pool) -> None:
    result = pool.apply_async(square, (3,))
    result.wait(WAIT_S)
    assert result.get("x") == 9  # type: ignore[arg-type]  # it is what this is about


@pytest.mark.parametrize(
    ("submit", "name"),
    [
        (lambda pool: pool.apply_async(square, (2,), callback=3), "callback"),
        (lambda pool: pool.map_async(square, [2], callback=3), "callback"),
        (lambda pool: pool.starmap_async(square, [(2,)], callback=3), "callback"),
        (lambda pool: pool.apply_async(square, ("x",), error_callback=3), "error_callback"),
        (lambda pool: pool.map_async(square, ["x"], error_callback=3), "error_callback"),
    ],
    ids=["apply", "map", "starmap", "apply that fails", "map that fails"],
)
def test_what_is_no_callback_is_the_result(
    pool: Pool, submit: Callable[[Pool], Any], name: str
) -> None:
    with pytest.raises(TypeError, match=rf"^{name}: expected a callable or None, got 3 \(int\)$"):
        submit(pool).get(WAIT_S)


def test_a_callback_that_is_not_due_may_be_anything(pool: Pool) -> None:
    due: Any = 3
    assert pool.apply_async(square, (3,), error_callback=due).get(WAIT_S) == 9
    with pytest.raises(TypeError, match="multiply"):
        pool.apply_async(square, ("x",), callback=due).get(WAIT_S)


@pytest.mark.parametrize("nothing", [False, 0, "", []], ids=repr)
def test_false_is_no_callback(pool: Pool, nothing: Any) -> None:
    assert pool.apply_async(square, (3,), callback=nothing).get(WAIT_S) == 9


def test_an_empty_callback_is_called(pool: Pool) -> None:
    callback = FalsyCallback()
    assert pool.apply_async(square, (3,), callback=callback).get(WAIT_S) == 9
    assert callback.got == [9]


@pytest.mark.parametrize(
    "call",
    [
        lambda pool: pool.apply(3),
        lambda pool: pool.apply_async(3).get(WAIT_S),
        lambda pool: pool.map_async(3, [1]).get(WAIT_S),
        lambda pool: pool.map_async(3, [1, 2, 3], 2).get(WAIT_S),
        lambda pool: pool.starmap_async(3, [(1,)]).get(WAIT_S),
        lambda pool: pool.imap(3, [1]).next(WAIT_S),
        lambda pool: pool.imap_unordered(3, [1, 2, 3], 2).next(WAIT_S),
    ],
    ids=["apply", "apply_async", "map", "map in chunks", "starmap", "imap", "imap_unordered"],
)
def test_what_cannot_be_called_is_told_where_it_would_be(
    pool: Pool, call: Callable[[Pool], Any]
) -> None:
    with pytest.raises(TypeError, match=r"^func: expected a callable, got 3 \(int\)$"):
        call(pool)


def test_what_is_never_called_may_be_anything(pool: Pool) -> None:
    nothing: Any = None
    assert pool.map_async(nothing, []).get(WAIT_S) == []
    assert list(pool.imap(nothing, [])) == []


def test_what_arrives_as_a_callable_is_called(pool: Pool) -> None:
    becomes: Any = BecomesSquare()
    assert pool.apply_async(becomes, (3,)).get(WAIT_S) == 9
    assert pool.map_async(becomes, [3, 4]).get(WAIT_S) == [9, 16]


@pytest.mark.parametrize("method", ["map", "map_async", "starmap"])
def test_an_input_that_is_none_is_told_at_the_call(pool: Pool, method: str) -> None:
    with pytest.raises(TypeError, match=r"^iterable: expected an iterable, got 3 \(int\)$"):
        getattr(pool, method)(square, 3)


@pytest.mark.parametrize("chunksize", [1, 2])
def test_an_input_that_is_none_is_told_to_who_takes_results(pool: Pool, chunksize: int) -> None:
    results = pool.imap(square, 3, chunksize)  # type: ignore[arg-type]  # it is what this is about
    with pytest.raises(TypeError, match=r"^iterable: expected an iterable, got 3 \(int\)$"):
        results.next(WAIT_S)


class ByIndex:
    """Can be iterated over by its indices only."""

    def __getitem__(self, index: int) -> int:
        return range(4)[index]


def test_an_input_may_be_one_of_the_old_kind(pool: Pool) -> None:
    by_index: Any = ByIndex()
    assert pool.map_async(square, by_index).get(WAIT_S) == [0, 1, 4, 9]
    assert list(pool.imap(square, by_index)) == [0, 1, 4, 9]


@pytest.mark.parametrize("chunksize", [0, -1, 1.5], ids=repr)
def test_without_items_there_are_no_chunks_to_size(pool: Pool, chunksize: Any) -> None:
    assert pool.map_async(square, [], chunksize).get(WAIT_S) == []
    with pytest.raises((ValueError, TypeError), match=r"must be 1\+|must be a positive int"):
        pool.map_async(square, [1], chunksize)


class Lengthy:
    """Five items, and a length that is what it is given, or raises that."""

    def __init__(self, length: Any) -> None:
        self._length = length

    def __len__(self) -> int:
        if isinstance(self._length, BaseException):
            raise self._length
        return self._length  # type: ignore[no-any-return]  # which is the point

    def __iter__(self) -> Iterator[int]:
        return iter(range(5))


class LengthIsNone(Lengthy):
    """Its class says that it has no length, as in `__hash__ = None`."""

    __len__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("method", ["map", "map_async"])
@pytest.mark.parametrize(
    ("items", "kind"),
    [
        (Lengthy(-1), ValueError),
        (Lengthy("5"), TypeError),
        (Lengthy(2.0), TypeError),
        (Lengthy(1 << 70), OverflowError),
        (Lengthy(KeyError("length")), KeyError),
        (Lengthy(TypeError("length")), TypeError),
        (LengthIsNone(5), TypeError),
        (list, TypeError),
    ],
)
def test_a_length_that_raises_is_an_error_of_the_call(
    pool: Pool, method: str, items: Any, kind: type[Exception]
) -> None:
    with multiprocessing.Pool(1) as stdlib, pytest.raises(kind):
        getattr(stdlib, method)(square, items)
    with pytest.raises(kind):
        getattr(pool, method)(square, items)


@pytest.mark.parametrize("length", [0, 1, 3, 4, 7, True])
@pytest.mark.parametrize("chunksize", [None, 1, 2, 100])
def test_how_many_items_there_are_is_not_for_the_length_to_say(
    pool: Pool, length: int, chunksize: int | None
) -> None:
    handle = pool.map_async(square, Lengthy(length), chunksize)
    assert handle.get(WAIT_S) == [0, 1, 4, 9, 16]


SOURCES = [list, iter]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("method", ["imap", "imap_unordered"])
@pytest.mark.parametrize("chunksize", [True, 1.0, Fraction(1), Decimal(1), 2, 1 << 62], ids=repr)
def test_imap_takes_the_chunksizes_that_the_standard_library_takes(
    pool: Pool, method: str, chunksize: Any, source: Callable[[Any], Any]
) -> None:
    with multiprocessing.Pool(1) as stdlib:
        expected = list(getattr(stdlib, method)(square, source(range(5)), chunksize))
    results = getattr(pool, method)(square, source(range(5)), chunksize)
    assert sorted(results.next(WAIT_S) for _ in range(5)) == sorted(expected)
    with pytest.raises(StopIteration):
        results.next(WAIT_S)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("chunksize", [1 << 63, 10**30], ids=repr)
def test_no_chunksize_is_too_large(
    pool: Pool, chunksize: int, source: Callable[[Any], Any]
) -> None:
    assert pool.map_async(square, source(range(3)), chunksize).get(WAIT_S) == [0, 1, 4]
    results = pool.imap(square, source(range(3)), chunksize)
    assert [results.next(WAIT_S) for _ in range(3)] == [0, 1, 4]


@pytest.mark.parametrize("method", ["imap", "imap_unordered"])
@pytest.mark.parametrize(
    ("chunksize", "kind"),
    [
        (0, ValueError),
        (False, ValueError),
        (-1.5, ValueError),
        (0.5, ValueError),
        (2.0, ValueError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        (Decimal(2), ValueError),
        (None, TypeError),
        ("2", TypeError),
        (1j, TypeError),
        ([], TypeError),
    ],
    ids=repr,
)
def test_imap_refuses_a_chunksize_with_the_standard_librarys_error(
    pool: Pool, method: str, chunksize: Any, kind: type[Exception]
) -> None:
    with multiprocessing.Pool(1) as stdlib, pytest.raises(kind):
        next(getattr(stdlib, method)(square, [1, 2], chunksize))
    with pytest.raises(kind, match=r"must be 1\+|must be a positive int"):
        getattr(pool, method)(square, [1, 2], chunksize)


@pytest.mark.parametrize("method", ["map", "map_async", "starmap", "starmap_async"])
@pytest.mark.parametrize(
    ("chunksize", "kind"),
    [
        (0, ValueError),
        (False, ValueError),
        (-1, ValueError),
        (1.0, TypeError),
        (float("inf"), TypeError),
        (Fraction(2), TypeError),
        ("2", TypeError),
    ],
    ids=repr,
)
def test_map_refuses_a_chunksize_that_loses_items_or_never_ends_in_the_standard_library(
    pool: Pool, method: str, chunksize: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind, match=r"must be 1\+|must be a positive int"):
        getattr(pool, method)(square, [(1,), (2,)], chunksize)
