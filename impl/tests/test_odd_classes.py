"""Values and errors whose classes have ideas of their own: what they are is not asked of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest

from poolproof import Pool

from .patience import WAIT_S


class _Unhashable(type):
    """Of classes that are compared, and so cannot be hashed."""

    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]  # what Python makes of it


class _OfUnhashable(metaclass=_Unhashable):
    pass


class _Secretive:
    @property  # type: ignore[misc]  # odd
    def __class__(self) -> type:
        raise RuntimeError("nobody may know its class")


class _SecretiveError(Exception):
    @property  # type: ignore[misc]  # odd
    def __class__(self) -> type:
        raise RuntimeError("nobody may know its class")


class _ContextlessError(Exception):
    @property
    def __context__(self) -> Any:  # type: ignore[override]  # odd
        raise RuntimeError("nobody may know its context")


class _Made:
    """Is loaded as an instance of another class: pickle does not take theirs."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return self._kind, ()


def _fail(kind: type[Exception]) -> None:
    raise kind


@pytest.fixture(name="pool")
def _pool() -> Iterator[Pool]:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        yield pool


@pytest.mark.parametrize("kind", [_OfUnhashable, _Secretive])
def test_a_value_of_an_odd_class_arrives(pool: Pool, kind: type) -> None:
    values = [
        pool.apply(_Made, (kind,)),
        pool.apply_async(_Made, (kind,)).get(WAIT_S),
        *pool.map_async(_Made, [kind] * 2).get(WAIT_S),
        *pool.imap(_Made, [kind] * 2),
    ]
    assert [type(value) is kind for value in values] == [True] * 6


def test_an_error_of_an_odd_class_arrives(pool: Pool) -> None:
    handles = [
        pool.apply_async(_fail, (_SecretiveError,)),
        pool.map_async(_fail, [_SecretiveError]),
    ]
    for handle in handles:
        handle.wait(WAIT_S)
        assert not handle.successful()
    assert pool.apply(abs, (-1,)) == 1


def test_a_callback_that_raises_an_odd_error_is_followed_by_others(pool: Pool) -> None:
    def fail(_: BaseException) -> None:
        raise _ContextlessError

    called: list[int] = []
    with pytest.raises(_ContextlessError):
        pool.apply_async(int, ("none",), error_callback=fail).get(WAIT_S)
    assert pool.apply_async(abs, (-1,), callback=called.append).get(WAIT_S) == 1
    assert called == [1]
