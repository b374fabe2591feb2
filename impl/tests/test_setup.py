"""What a worker is told before its first task arrives, however large, and in nobody's way."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Lock
from pathlib import Path

import pytest

from poolproof import BrokenPoolError, Pool
from poolproof._wire.setup import Setup

from .counting import nothing_left
from .patience import WAIT_S
from .tasks import square

LARGE = 1 << 20  # bytes
_told: tuple[bytes, Lock] | None = None


@pytest.fixture(name="context", params=["spawn", "forkserver"])
def _context(request: pytest.FixtureRequest) -> BaseContext:
    context: BaseContext = multiprocessing.get_context(request.param)
    with Pool(1, context=context) as pool:  # its helpers stay for the next pool
        assert pool.apply_async(square, (2,)).get(WAIT_S) == 4
    return context


def _take(data: bytes, lock: Lock) -> None:
    global _told  # noqa: PLW0603  what an initializer leaves for the tasks
    _told = data, lock


def _initialize(setup: Setup) -> None:
    setup.initialize()
    assert _locked_size(0) == LARGE


def _locked_size(_: int) -> int:
    assert _told is not None
    with _told[1]:
        return len(_told[0])


@pytest.mark.parametrize("size", [10, LARGE])
def test_what_an_initializer_is_given_arrives_and_nothing_of_it_is_left(
    context: BaseContext, size: int
) -> None:
    lock = context.Lock()
    with nothing_left():
        with Pool(2, _take, (bytes(size), lock), context=context) as pool:
            assert pool.map_async(_locked_size, range(4)).get(WAIT_S) == [size] * 4
        pool.join()


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOSPC])
def test_it_arrives_without_a_memory_file(
    context: BaseContext, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    setup = Setup(_take, (bytes(LARGE), context.Lock()), traced=False)
    with monkeypatch.context() as patch:
        patch.setattr(os, "memfd_create" if code == errno.EMFILE else "pwritev", fail)
        with nothing_left():
            process = context.Process(target=_initialize, args=(setup,))  # type: ignore[attr-defined]  # every concrete context has it
            process.start()
            process.join(WAIT_S)
            assert process.exitcode == 0
            process.close()


class CannotBeLoaded:
    """An argument whose loading fails in the worker."""

    def __init__(self, padding: int) -> None:
        self.padding = bytes(padding)

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return _refuse, (self.padding,)


def _refuse(padding: bytes) -> None:
    raise LookupError(f"not here, with {len(padding)} bytes")


@pytest.mark.parametrize("size", [10, LARGE])
def test_what_cannot_be_loaded_breaks_the_pool_with_its_own_error(
    context: BaseContext, size: int
) -> None:
    with Pool(1, print, (CannotBeLoaded(size),), context=context) as pool:
        with pytest.raises(BrokenPoolError, match=f"LookupError: not here, with {size} bytes") as e:
            pool.map_async(square, range(4)).get(WAIT_S)
        assert isinstance(e.value.__cause__, LookupError)


GATED = """
import fcntl, multiprocessing, os, signal, sys, time

gate = open(sys.argv[1])
if __name__ != "__main__":  # a main module whose import takes as long as it takes
    fcntl.flock(gate, fcntl.LOCK_SH)
    fcntl.flock(gate, fcntl.LOCK_UN)

def take(data, initialized):
    assert len(data) == 1 << 20
    initialized.release()

if __name__ == "__main__":
    from poolproof import Pool

    fcntl.flock(gate, fcntl.LOCK_EX)
    context = multiprocessing.get_context(sys.argv[2])
    initialized = context.Semaphore(0)
    pool = Pool(2, take, (bytes(1 << 20), initialized), context=context)
    fcntl.flock(gate, fcntl.LOCK_UN)
    for _ in pool._pool:
        initialized.acquire()
    fcntl.flock(gate, fcntl.LOCK_EX)
    dead, alive = pool._pool
    os.kill(dead.pid, signal.SIGKILL)
    while dead in pool._pool or len(pool._pool) < 2:  # a third was started, and imports
        time.sleep(0.001)
    assert pool.starmap(os.getpid, [()] * 8) == [alive.pid] * 8
    fcntl.flock(gate, fcntl.LOCK_UN)
    pool.close()
    pool.join()
    print("ended")
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_nobody_waits_for_the_import_of_the_main_module_in_a_worker(
    method: str, tmp_path: Path
) -> None:
    """Neither who makes the pool, nor the jobs of a pool that replaces a worker."""
    program = tmp_path / "gated.py"
    program.write_text(GATED)
    (tmp_path / "gate").touch()
    ended = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "gate"), method],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert ended.stdout == "ended\n", ended.stderr
