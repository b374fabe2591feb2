"""What programs do with the standard library's pool beside calling its methods."""

from __future__ import annotations

import multiprocessing
import multiprocessing.pool
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path
from typing import Any, assert_type

import pytest

from poolproof import AsyncResult, MapResult, Pool
from poolproof._process import kinship

from .patience import WAIT_S, await_
from .tasks import square

FORK = multiprocessing.get_context("fork")
LIMIT_S = 60.0  # for a program


class Doubling(Pool):
    """Wraps what is submitted, in each method by itself."""

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        return super().map(func, [2 * item for item in iterable], chunksize)

    def map_async(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], *rest: Any
    ) -> MapResult[Any]:
        return super().map_async(func, [2 * item for item in iterable], *rest)


def test_a_subclass_may_wrap_map_and_map_async() -> None:
    with Doubling(1, context=FORK) as pool:
        assert pool.map(square, [1, 2]) == [4, 16]
        assert pool.map_async(square, [1, 2]).get(WAIT_S) == [4, 16]


def _ratio(one: int, other: int) -> float:
    return one / other


def test_type_checkers_know_what_a_call_returns() -> None:
    """Checked by mypy; here it is the run-time side of it that must work."""
    with Pool(1, context=FORK) as pool:
        assert_type(pool.apply(square, (2,)), int)
        assert_type(pool.map(square, [2]), list[int])
        assert_type(pool.starmap(_ratio, [(7, 2)]), list[float])
        assert_type(pool.apply_async(square, (2,)).get(WAIT_S), int)
        assert_type(pool.map_async(square, [2]).get(WAIT_S), list[int])
        assert_type(next(pool.imap(square, [2])), int)
        assert_type(next(pool.imap_unordered(square, [2])), int)
    assert str(AsyncResult[int]).endswith("AsyncResult[int]")


class Collecting(Pool):
    """Sees every call."""

    def __init__(self, *args: Any, **kwds: Any) -> None:
        self.handles: list[AsyncResult[Any]] = []
        super().__init__(*args, **kwds)

    def apply_async(self, *args: Any, **kwds: Any) -> AsyncResult[Any]:
        self.handles.append(super().apply_async(*args, **kwds))
        return self.handles[-1]


def test_apply_goes_by_apply_async_where_a_subclass_has_its_own() -> None:
    with Collecting(1, context=FORK) as pool:
        assert pool.apply(square, (3,)) == 9
        assert [handle.get(WAIT_S) for handle in pool.handles] == [9]


def test_libraries_that_ask_find_an_instance_of_the_standard_librarys_class() -> None:
    """As dask does, which takes any other pool for an executor."""
    with Pool(1, context=FORK) as pool, Collecting(1, context=FORK) as own:
        asked: dict[type, bool] = {
            cls: isinstance(pool, cls)
            for cls in (multiprocessing.pool.Pool, Pool, multiprocessing.pool.ThreadPool)
        }
        assert list(asked.values()) == [True, True, False]
        assert own.__class__ is Collecting, "its methods may look for their class"
        assert all(hasattr(pool, name) for name in dir(pool)), "its own names"


def test_a_progress_bar_may_read_how_much_of_a_map_is_left(tmp_path: Path) -> None:
    with Pool(1, context=FORK) as pool:
        gate = tmp_path / "gate"
        handle = pool.map_async(_wait_at_two, [(n, str(gate)) for n in range(4)])
        await_(lambda: handle._number_left == 2, "the tasks before the gate")
        gate.touch()
        handle.wait(WAIT_S)
        assert handle._number_left == 0
        assert pool.map_async(square, []).get(WAIT_S) == []


def _wait_at_two(item: tuple[int, str]) -> None:
    number, gate = item
    time.sleep(0.02)  # longer than a frame may take
    if number == 2:
        await_(Path(gate).exists, "the gate")


_told: list[int] = []


@pytest.fixture(name="handled")
def _handled() -> Iterator[Callable[[int, Any], None]]:
    """Return what sets a handler until the test is over."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, handler: Any) -> None:
        signal.signal(number, handler)

    yield handle
    for number, handler in before.items():
        signal.signal(number, handler)


def _signalled(number: int) -> list[int]:
    os.kill(os.getpid(), number)
    return list(_told)


def test_a_forked_worker_does_on_ctrl_c_what_the_program_does(
    handled: Callable[[int, Any], None],
) -> None:
    """It notes that it should stop, say, and finishes what it does."""
    handled(signal.SIGINT, lambda number, _: _told.append(number))
    with Pool(1, context=FORK) as pool:
        assert pool.apply_async(_signalled, (signal.SIGINT,)).get(WAIT_S) == [signal.SIGINT]
        assert pool.apply_async(_signalled, (signal.SIGINT,)).get(WAIT_S) == [signal.SIGINT] * 2


def _refuse(_number: int, _frame: object) -> None:
    raise InterruptedError("the program's own")


def test_what_that_handler_raises_is_the_outcome(handled: Callable[[int, Any], None]) -> None:
    handled(signal.SIGINT, _refuse)
    with Pool(1, context=FORK) as pool:
        for _ in range(3):
            with pytest.raises(InterruptedError, match="the program's own"):
                pool.apply_async(_signalled, (signal.SIGINT,)).get(WAIT_S)
        assert pool.apply_async(square, (2,)).get(WAIT_S) == 4


def test_a_forked_worker_ignores_sigterm_where_the_program_does(
    handled: Callable[[int, Any], None],
) -> None:
    handled(signal.SIGTERM, signal.SIG_IGN)
    with Pool(1, context=FORK) as pool:
        assert pool.apply_async(_signalled, (signal.SIGTERM,)).get(WAIT_S) == []


PRINTS = """
import multiprocessing, os, sys
from multiprocessing import util
from poolproof import Pool

def say(word):
    sys.stdout.write(word + "\\n")
    util.Finalize(None, os.write, (1, b"ended\\n"), exitpriority=1)

if __name__ == "__main__":
    pool = Pool(2, context=multiprocessing.get_context(sys.argv[1]))
    END
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize(
    "end", ["with pool: pool.map(say, 'abc')", "pool.map(say, 'abc'); del pool"]
)
def test_a_pool_that_is_not_closed_loses_nothing_that_its_workers_print(
    method: str, end: str, tmp_path: Path
) -> None:
    """Into a file or a pipe it is written as they exit."""
    program = tmp_path / "prints.py"
    program.write_text(PRINTS.replace("END", end))
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", str(program), method],
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    assert sorted(ended.stdout.split()) == ["a", "b", "c", *["ended"] * 3], ended.stderr


LEAVES = """
from MODULE import Pool

if __name__ == "__main__":
    pool = Pool(1)
    assert pool.map(abs, [-1]) == [1]
    END
"""


@pytest.mark.parametrize("end", ["pass", "pool.close()", "pool.terminate()"])
def test_a_program_that_ends_without_closing_its_pool_is_told(end: str, tmp_path: Path) -> None:
    told = []
    for module in ("multiprocessing", "poolproof"):
        program = tmp_path / f"leaves_to_{module}.py"
        program.write_text(LEAVES.replace("MODULE", module).replace("END", end))
        ended = subprocess.run(
            [sys.executable, "-W", "default::ResourceWarning", str(program)],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=True,
        )
        told.append(ended.stderr.count("ResourceWarning: unclosed running multiprocessing pool"))
    assert told == [int(end == "pass")] * 2, "as the standard library's"


def _block_at_exit(started: str) -> None:
    from multiprocessing import util  # noqa: PLC0415  as a task does it

    util.Finalize(None, time.sleep, (600.0,), exitpriority=1)
    Path(started).touch()


def test_an_exit_handler_that_blocks_holds_nobody_up(tmp_path: Path) -> None:
    started = tmp_path / "started"
    pool = Pool(1, context=FORK)
    pool.apply_async(_block_at_exit, (str(started),)).get(WAIT_S)
    pool.terminate()
    pool.join()
    await_(lambda: not multiprocessing.active_children(), "the worker's end")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the warning is new in 3.12")
def test_pools_one_after_the_other_are_no_fork_beside_a_thread() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        for _ in range(30):
            with Pool(2, context=FORK) as pool:
                assert pool.map(square, range(3)) == [0, 1, 4]


def _blocked(number: int) -> int | None:
    """Have a signal wait while it is blocked, and take it then; in the worker."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    os.kill(os.getpid(), number)
    taken = signal.sigtimedwait([number], WAIT_S)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    return None if taken is None else taken.si_signo


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_a_task_blocks_does_not_arrive(method: str, number: int) -> None:
    """Nor in a second thread of the worker."""
    with Pool(1, context=multiprocessing.get_context(method)) as pool:
        assert [pool.apply_async(_blocked, (number,)).get(WAIT_S) for _ in range(5)] == [number] * 5


def _fork_and_return() -> None:
    """Leave a child that comes back from the initializer."""
    os.fork()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fork is the point
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_what_an_initializer_forks_is_no_second_worker(method: str) -> None:
    with Pool(2, _fork_and_return, context=multiprocessing.get_context(method)) as pool:
        assert pool.map_async(square, range(100), 1).get(WAIT_S) == [n * n for n in range(100)]


class _Registered(ForkProcess):
    """Tells what a fork by another thread would find as it starts."""

    def start(self) -> None:
        assert self in kinship._workers
        super().start()


class _Registering(ForkContext):
    Process = _Registered


def test_what_another_thread_forks_beside_the_constructor_knows_its_workers_by_then() -> None:
    """Or it would terminate them where it ends by `sys.exit()`."""
    with Pool(2, context=_Registering()) as pool:
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9
