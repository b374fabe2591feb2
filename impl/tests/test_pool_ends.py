"""The end of a pool: nothing is left, whatever is going on, and nobody waits for ever."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from multiprocessing import util
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from poolproof import AsyncResult, Pool, PoolTerminatedError, WorkerLostError
from poolproof._engine import shutdown
from poolproof._link.link import Link

from .counting import belongings, nothing_left
from .patience import WAIT_S, await_, within
from .tasks import (
    BLOCK_S,
    BlocksOnPickling,
    block,
    block_deaf,
    fork_and_return,
    in_fork,
    read_all,
    square,
)

METHODS = ["fork", "spawn", "forkserver"]
SQUARES = [n * n for n in range(100)]


@pytest.fixture(name="context", params=METHODS)
def _context(request: pytest.FixtureRequest) -> BaseContext:
    context: BaseContext = multiprocessing.get_context(request.param)
    # The forkserver and the resource tracker stay for the next pool: have them started.
    with Pool(1, context=context) as pool:
        assert pool.apply_async(square, (2,)).get(WAIT_S) == 4
    return context


def _work(pool: Pool) -> None:
    assert pool.map_async(square, range(100)).get(WAIT_S) == SQUARES
    assert list(pool.imap(square, iter(range(100)))) == SQUARES
    assert pool.apply_async(square, (3,), callback=square).get(WAIT_S) == 9


def test_close_and_join_leave_nothing(context: BaseContext) -> None:
    with nothing_left():
        pool = Pool(2, context=context)
        _work(pool)
        pool.close()
        within(WAIT_S, pool.join)


def test_terminate_and_join_leave_nothing(context: BaseContext) -> None:
    with nothing_left():
        pool = Pool(2, context=context)
        _work(pool)
        pool.terminate()
        within(WAIT_S, pool.join)


def test_leaving_the_with_block_leaves_nothing(context: BaseContext) -> None:
    with nothing_left():
        with Pool(2, context=context) as pool:
            _work(pool)
        within(WAIT_S, pool.join)


def test_a_collected_pool_warns_and_leaves_nothing(context: BaseContext) -> None:
    before = belongings()
    pools = [Pool(2, context=context)]
    _work(pools[0])
    with pytest.warns(ResourceWarning, match="unclosed running multiprocessing pool"):
        pools.clear()
    gc.collect()
    until = time.monotonic() + WAIT_S
    while (after := belongings()) != before and time.monotonic() < until:
        time.sleep(0.01)
    assert after == before


def test_large_frames_leave_nothing(context: BaseContext) -> None:
    with nothing_left():
        pool = Pool(2, context=context)
        assert pool.map_async(len, [bytes(1 << 20)] * 9).get(WAIT_S) == [1 << 20] * 9
        assert [len(b) for b in pool.imap(bytes, [1 << 20] * 9)] == [1 << 20] * 9
        pool.close()
        within(WAIT_S, pool.join)


def test_a_constructor_that_fails_leaves_nothing(
    context: BaseContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    process: Any = context.Process  # type: ignore[attr-defined]  # every concrete context has it
    start = process.start
    starts = itertools.count(1)

    def fail_third(self: Any) -> None:
        if next(starts) == 3:
            raise OSError("no more processes")
        start(self)

    def construct() -> None:  # its frame, and what the error's traceback holds, are gone at the end
        with pytest.raises(OSError, match="no more processes"):
            Pool(4, context=context)

    monkeypatch.setattr(process, "start", fail_third)
    with nothing_left():
        construct()


@pytest.mark.parametrize("task", [block, block_deaf])
def test_terminate_ends_a_task_that_blocks_and_whoever_waits(
    context: BaseContext, task: Callable[[str], None], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    with nothing_left():
        pool = Pool(2, context=context)
        handles = [
            pool.apply_async(task, (str(started),)),
            pool.map_async(square, range(100), callback=len),
        ]
        results = pool.imap(task, [str(started)])
        await_(started.exists, "the task")
        within(WAIT_S, pool.terminate)
        with pytest.raises(PoolTerminatedError):
            handles[0].get(0)
        with pytest.raises(PoolTerminatedError):
            results.next(0)
        assert handles[1].ready()
        within(WAIT_S, pool.join)


@pytest.fixture(name="gate")
def _gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def test_terminate_does_not_wait_for_a_callback_that_blocks(gate: threading.Event) -> None:
    entered = threading.Event()

    def callback(_: object) -> None:
        entered.set()
        gate.wait(BLOCK_S)

    with nothing_left():
        pool = Pool(2, context=multiprocessing.get_context("fork"))
        result = pool.apply_async(square, (2,), callback=callback)
        assert entered.wait(WAIT_S)
        within(WAIT_S, pool.terminate)
        assert result.get(0) == 4  # it was known before
        gate.set()
        within(WAIT_S, pool.join)


def test_a_callback_may_end_its_pool_and_loses_nothing(context: BaseContext) -> None:
    """The first result wins: who waits for it has it."""
    pool = Pool(2, context=context)
    one = pool.apply_async(square, (2,), callback=lambda _: pool.terminate())
    assert one.get(WAIT_S) == 4
    within(WAIT_S, pool.join)


def test_terminate_does_not_wait_for_an_input_that_blocks(gate: threading.Event) -> None:
    entered = threading.Event()

    def items() -> Iterator[int]:
        yield 2
        entered.set()
        gate.wait(BLOCK_S)

    pool = Pool(2, context=multiprocessing.get_context("fork"))
    results = pool.imap(square, items())
    assert results.next(WAIT_S) == 4
    assert entered.wait(WAIT_S)
    within(WAIT_S, pool.terminate)
    with pytest.raises(PoolTerminatedError):
        results.next(0)
    within(WAIT_S, pool.join)
    assert not multiprocessing.active_children()


def test_terminate_does_not_wait_for_a_pickling_method_that_blocks(gate: threading.Event) -> None:
    argument = BlocksOnPickling(gate)
    with nothing_left():
        pool = Pool(2, context=multiprocessing.get_context("fork"))
        result = pool.apply_async(square, (argument,))
        assert argument.entered.wait(WAIT_S)
        within(WAIT_S, pool.terminate)
        with pytest.raises(PoolTerminatedError):
            result.get(0)
        gate.set()
        within(WAIT_S, pool.join)


SUBMISSIONS: dict[str, Callable[[Pool], Callable[[], object]]] = {
    "apply": lambda pool: partial(pool.apply, square, (3,)),
    "apply_async": lambda pool: partial(pool.apply_async(square, (3,)).get, WAIT_S),
    "map": lambda pool: partial(pool.map_async(square, range(9)).get, WAIT_S),
    "imap": lambda pool: partial(pool.imap(square, range(9)).next, WAIT_S),
}


@pytest.mark.parametrize("submit", SUBMISSIONS.values(), ids=SUBMISSIONS)
def test_who_submits_while_the_workers_are_dismissed_is_refused(
    submit: Callable[[Pool], Callable[[], object]],
    context: BaseContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with nothing_left():
        pool = Pool(1, context=context)
        assert pool.apply_async(square, (2,)).get(WAIT_S) == 4
        (link,) = pool._dispatcher.links
        os.kill(link.pid, signal.SIGSTOP)  # so that the pool does not end meanwhile
        pool.close()
        await_(lambda: link.retiring, "the sentinel")
        # A submission that found the pool open, and was overtaken by close().
        monkeypatch.setattr(pool, "_check_running", mock.Mock())
        refused: list[object] = []
        within(WAIT_S, partial(_refusal_of, submit(pool), refused))
        assert refused == ["the pool ended while the job was submitted"]
        os.kill(link.pid, signal.SIGCONT)
        within(WAIT_S, pool.join)


def _refusal_of(wait: Callable[[], object], refused: list[object]) -> None:
    try:
        refused.append(wait())
    except PoolTerminatedError as error:
        refused.append(str(error))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fork is the point
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_task_that_comes_back_twice_has_one_outcome(context: BaseContext) -> None:
    """The process that it forked ends; two workers would share one channel and one claim."""
    with nothing_left():
        pool = Pool(2, context=context)
        for chunksize in (None, 3):
            handle = pool.map_async(fork_and_return, range(9), chunksize)
            assert handle.get(WAIT_S) == list(range(9))
        assert sorted(pool.imap_unordered(fork_and_return, range(9))) == list(range(9))
        assert pool.apply(fork_and_return, (7,)) == 7
        assert pool.map_async(square, range(100)).get(WAIT_S) == SQUARES
        pool.close()
        within(WAIT_S, pool.join)


def test_who_has_a_workers_process_may_ask_how_it_ended(context: BaseContext) -> None:
    with nothing_left():
        pool = Pool(2, maxtasksperchild=5, context=context)
        before = multiprocessing.active_children()
        _work(pool)
        pool.close()
        within(WAIT_S, pool.join)
        assert before
        for process in before:
            process.join(WAIT_S)
            assert (process.is_alive(), process.exitcode) == (False, 0)
        del before, process


def test_no_callback_runs_on_behind_terminate(context: BaseContext) -> None:
    begun, ended = threading.Event(), threading.Event()

    def callback(_: int) -> None:
        begun.set()
        time.sleep(0.1)  # takes its time
        ended.set()

    with Pool(1, context=context) as pool:
        pool.apply_async(square, (2,), callback=callback)
        assert begun.wait(WAIT_S)
    assert ended.is_set()
    assert not [thread for thread in threading.enumerate() if "callback" in thread.name]


def _exit_slowly(_: int) -> None:
    util.Finalize(None, time.sleep, (0.2,), exitpriority=0)


def test_workers_that_take_long_to_exit_do_not_pile_up(context: BaseContext) -> None:
    with Pool(2, maxtasksperchild=1, context=context) as pool:
        job = pool.map_async(_exit_slowly, range(12), 1)
        most = 0
        while not job.ready():
            most = max(most, len(multiprocessing.active_children()))
            job.wait(0.01)
        assert 2 <= most <= 4


def test_no_worker_is_left_out_where_the_dispatcher_comes_back_in_the_midst_of_a_burial() -> None:
    links = [mock.Mock(spec=Link) for _ in range(3)]
    buried, closed, last = links
    buried.reap.side_effect = lambda _: links.remove(buried)
    closed.reap.side_effect = ValueError("process object is closed")
    shutdown._bury(links)  # type: ignore[arg-type]  # stand-ins
    assert last.reap.called


def test_a_forked_child_is_told_whose_pool_it_is(tmp_path: Path) -> None:
    with Pool(1, context=multiprocessing.get_context("fork")) as pool:
        result = pool.apply_async(block, (str(tmp_path / "started"),))
        for words in (told := in_fork(pool, result)):
            assert words.startswith("RuntimeError: this pool belongs to process"), told
        assert len(told) == 3


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fork is the point
def test_what_the_program_forks_may_end_by_sys_exit(context: BaseContext, tmp_path: Path) -> None:
    """Its exit handler terminates daemonic children: not the workers, which are its parent's."""
    with Pool(2, context=context) as pool, ExitStack() as writers:
        with pytest.raises(WorkerLostError):
            pool.apply_async(os._exit, (0,)).get(WAIT_S)  # one of the two is a replacement now
        results = []
        for name in ("one", "other"):
            os.mkfifo(tmp_path / name)
            results.append(pool.apply_async(read_all, (str(tmp_path / name),)))
            writers.enter_context((tmp_path / name).open("wb"))  # waits for its reader
        child = os.fork()
        if not child:
            try:
                util._exit_function()  # type: ignore[attr-defined]  # what sys.exit() comes to
            finally:
                os._exit(0)
        assert os.waitpid(child, 0) == (child, 0)
        writers.close()
        assert [result.get(WAIT_S) for result in results] == [b"", b""]


class Impatient:
    """Waits for another result of its pool when it is pickled."""

    def __init__(self, result: AsyncResult[Any]) -> None:
        self._result = result

    def __reduce__(self) -> Any:
        self._result.wait(0)  # who does not wait may ask
        return int, (self._result.get(),)


def test_nobody_waits_in_the_thread_that_would_bring_the_result(
    context: BaseContext, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "gate")
    with Pool(2, context=context) as pool:
        held = pool.apply_async(read_all, (str(tmp_path / "gate"),))
        spoilt = pool.apply_async(square, (Impatient(held),))
        with pytest.raises(RuntimeError, match="waits for this pool"):
            spoilt.get(WAIT_S)
        (tmp_path / "gate").write_bytes(b"7")
        assert held.get(WAIT_S) == b"7"
        assert pool.apply_async(square, (Impatient(held),)).get(WAIT_S) == 49


def test_whoever_ends_the_pool_may_be_joined_by_a_new_thread(context: BaseContext) -> None:
    """It may have the number of a thread that has ended."""
    for _ in range(10):
        pool = Pool(1, context=context)
        pool.terminate()
        within(WAIT_S, pool.join)
