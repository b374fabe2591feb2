"""No descriptor, no room for large bodies: that item fails with the cause, the pool goes on."""

from __future__ import annotations

import errno
import gc
import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import ModuleType

import pytest

from poolproof import BrokenPoolError, Pool, WorkerLostError
from poolproof._engine import loop
from poolproof._link import link
from poolproof._wire import memory
from poolproof._worker import worker, worker_process

from .counting import nothing_left
from .tasks import square

LARGE = 1 << 20  # bytes
GET_S = 20.0


@pytest.fixture(name="pool")
def _pool() -> Iterator[Pool]:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        yield pool
        assert pool.map_async(square, range(20)).get(GET_S) == [n * n for n in range(20)]


@contextmanager
def _failing(monkeypatch: pytest.MonkeyPatch, method: str, code: int) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(memory.MemoryFile, method, fail)
        yield


def _bytes(size: int) -> bytes:
    return bytes(size)


@pytest.mark.parametrize(
    ("method", "code"), [("create", errno.EMFILE), ("write", errno.EFBIG), ("write", errno.ENOSPC)]
)
def test_arguments_that_no_file_takes_fail_with_the_cause(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, method: str, code: int
) -> None:
    with _failing(monkeypatch, method, code):
        for handle in (
            pool.map_async(len, [bytes(LARGE)] * 3),
            pool.apply_async(len, (bytes(LARGE),)),
        ):
            with pytest.raises(OSError, match=os.strerror(code)):
                handle.get(GET_S)
        with pytest.raises(OSError, match=os.strerror(code)):
            pool.apply(len, (bytes(LARGE),))
        assert pool.map_async(square, [3]).get(GET_S) == [9]


def test_a_small_item_beside_one_that_no_file_takes_has_its_result(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _failing(monkeypatch, "create", errno.EMFILE):
        results = pool.imap(len, [b"1", bytes(LARGE), b"333"])
        assert results.next(GET_S) == 1
        with pytest.raises(OSError, match="Too many open files"):
            results.next(GET_S)
        assert results.next(GET_S) == 3


def test_a_result_that_cannot_be_read_fails_its_item(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _failing(monkeypatch, "_mapped", errno.ENOMEM):
        for handle in (pool.apply_async(_bytes, (LARGE,)), pool.map_async(_bytes, [LARGE] * 3)):
            with pytest.raises(Exception, match="Cannot allocate memory"):
                handle.get(GET_S)
        assert pool.apply_async(square, (4,)).get(GET_S) == 16


@pytest.mark.parametrize("method", ["fork", "forkserver"])
@pytest.mark.parametrize(
    ("module", "function", "number", "code"),
    [
        (os, "memfd_create", 2, errno.EMFILE),  # a claim slot
        (os, "ftruncate", 2, errno.EFBIG),
        (os, "eventfd", 2, errno.EMFILE),  # a bell
        (os, "eventfd", 3, errno.EMFILE),  # the inbox
        (loop, "Watch", 1, errno.EMFILE),
    ],
)
def test_a_constructor_without_descriptor_or_room_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    function: str,
    number: int,
    code: int,
    method: str,
) -> None:
    context = multiprocessing.get_context(method)
    Pool(1, context=context).terminate()  # starts the forkserver, which stays
    calls = itertools.count(1)
    original = getattr(module, function)

    def scarce(*args: object) -> object:
        if next(calls) == number:
            raise OSError(code, os.strerror(code))
        return original(*args)

    with nothing_left():
        with monkeypatch.context() as patch:
            patch.setattr(module, function, scarce)
            with pytest.raises(OSError, match=os.strerror(code)):
                Pool(2, context=context)
        gc.collect()


@pytest.mark.parametrize(
    ("module", "name", "error"),
    [
        (worker_process, "settle", RuntimeError("can't start new thread")),
        (worker, "Slot", OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))),
        (worker, "Receiver", MemoryError("no room for a record")),
    ],
)
def test_a_worker_that_finds_no_room_for_itself_says_so(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(module, name, fail)
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        with pytest.raises(BrokenPoolError) as caught:
            pool.map_async(square, range(9)).get(GET_S)
        told = f"preparing the last one raised {type(error).__name__}: {error}"
        assert str(caught.value).endswith(told)
        assert type(caught.value.__cause__) is type(error)


def test_a_replacement_that_gets_no_descriptor_is_tried_again(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  pathlib has no count
    original, calls = link._death_fd, itertools.count()

    def scarce(process: BaseProcess) -> int:
        if next(calls) < 2:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return original(process)

    monkeypatch.setattr(link, "_death_fd", scarce)
    with pytest.raises(WorkerLostError):
        pool.apply_async(os._exit, (3,)).get(GET_S)
    assert pool.map_async(square, range(20)).get(GET_S) == [n * n for n in range(20)]
    until = time.monotonic() + GET_S
    while next(calls) < 3 or len(os.listdir("/proc/self/fd")) > before:  # noqa: PTH208  as above
        assert time.monotonic() < until, "descriptors of the failed attempts are open"
        time.sleep(0.01)


def test_an_iterator_that_is_dropped_is_read_no_further_ahead() -> None:
    drawn = itertools.count()
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        results = pool.imap(time.sleep, (next(drawn) * 0 + 0.05 for _ in itertools.count()))
        next(results)
        del results
        time.sleep(0.5)  # a reader without bound draws a hundred thousand in it
        assert next(drawn) < 1000
