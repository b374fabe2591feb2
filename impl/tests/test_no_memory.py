"""No memory for the dispatcher, in any function of its: the pool ends, and nobody waits for it."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import poolproof
from poolproof import Pool, PoolTerminatedError
from poolproof._engine import submission
from poolproof._engine.dispatcher import Dispatcher
from poolproof._engine.inbox import Inbox

from .counting import nothing_left
from .patience import within
from .tasks import square

WAIT_S = 20.0  # a bound for what should take a moment
OWN = Path(poolproof.__file__).parent
# A finalizer ends the template: it is not tried again, nor is any.
ONCE = str(OWN / "_process" / "template.py")


class Shortage:
    """Lets a function fail once: the n-th one that the dispatcher's thread uses."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._thread = 0
        self._used: set[CodeType] = set()

    @property
    def came(self) -> bool:
        """Tell whether so many functions were used."""
        return self._left <= 0

    def trace(self, frame: FrameType, _event: str, _: Any) -> None:
        """Count a function; a trace function."""
        code = frame.f_code
        if code is Dispatcher._run.__code__:  # the thread itself, which nothing is above
            self._thread = threading.get_ident()
        elif self._is_news(code):
            self._used.add(code)
            self._left -= 1
            if not self._left:
                raise MemoryError

    def _is_news(self, code: CodeType) -> bool:
        if threading.get_ident() != self._thread or code in self._used or code.co_name == "__del__":
            return False
        return code.co_filename.startswith(str(OWN)) and code.co_filename != ONCE


@contextmanager
def _short_of_memory(number: int) -> Iterator[Shortage]:
    shortage = Shortage(number)
    threading.settrace(shortage.trace)
    try:
        yield shortage
    finally:
        threading.settrace(sys.gettrace())  # none, or a coverage tool's


def _outcome(get: Callable[[], object]) -> object:
    try:
        return get()
    except (MemoryError, PoolTerminatedError) as error:
        return type(error)


def _submit_all(pool: Pool) -> Iterator[tuple[Callable[[], object], object]]:
    """Yield how to wait for the outcome of each kind of job, and the outcome."""
    yield partial(pool.apply_async(square, (3,), callback=str).get, WAIT_S), 9
    yield partial(pool.map_async(square, range(30)).get, WAIT_S), [n * n for n in range(30)]
    yield partial(pool.imap(square, range(4)).next, WAIT_S), 0
    yield partial(pool.imap_unordered(square, iter([5])).next, WAIT_S), 25


def _use(pool: Pool, end: Callable[[Pool], None]) -> None:
    waits: list[tuple[Callable[[], object], object]] = []
    with suppress(ValueError):  # "not running": it has ended meanwhile
        waits.extend(_submit_all(pool))
    for get, value in waits:
        assert _outcome(get) in (value, MemoryError, PoolTerminatedError)
    end(pool)
    pool.join()


@pytest.mark.parametrize("end", [Pool.close, Pool.terminate])
def test_nobody_waits_for_a_pool_that_finds_no_memory(
    end: Callable[[Pool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is shown of the error would keep what its frames hold.
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    number, came = 1, True
    while came:
        with nothing_left(), _short_of_memory(number) as shortage:
            pool = Pool(2, context=multiprocessing.get_context("fork"))
            within(WAIT_S, partial(_use, pool, end), f"function {number} found no memory")
            del pool
            came = shortage.came
        number += 1
    assert number > 50, "the dispatcher was not traced"


@pytest.mark.parametrize("owner_and_name", [(submission, "IMapJob"), (Inbox, "put")])
def test_an_imap_that_finds_no_memory_on_its_way_in_leaves_nothing(
    owner_and_name: tuple[object, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    with nothing_left():
        pool = Pool(2, context=multiprocessing.get_context("fork"))
        for items in (range(9), iter(range(9))):
            with monkeypatch.context() as patch:
                patch.setattr(*owner_and_name, fail)
                with pytest.raises(MemoryError):
                    pool.imap(square, items)
        assert list(pool.imap(square, iter(range(9)))) == [n * n for n in range(9)]
        pool.close()
        pool.join()
