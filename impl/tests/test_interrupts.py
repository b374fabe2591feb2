"""A signal handler that raises, at any line of the caller's thread, leaves nobody asleep."""

from __future__ import annotations

import linecache
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import poolproof
from poolproof import Pool, PoolTerminatedError
from poolproof._engine import dispatcher
from poolproof._process.template import template_of

from .counting import nothing_left
from .patience import end_and_join, within
from .tasks import BlocksOnPickling, square

WAIT_S = 20.0  # a bound for what should take a moment
OWN = str(Path(poolproof.__file__).parent)


class Interrupt(BaseException):
    """What the handler raises; no `Exception`, which might be taken for the user's own."""


def _interrupted(call: Callable[[], object], line: int) -> bool:
    """Raise at the pool's line number `line` of the call; return whether it has that many."""
    passed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal passed
        if not frame.f_code.co_filename.startswith(OWN):
            return None
        if event == "call" or (event == "line" and not _is_passed_over(frame)):
            passed += 1
            if passed == line:
                raise Interrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return passed >= line


def _is_passed_over(frame: FrameType) -> bool:
    """Tell whether no signal handler runs before this line, but where it has run before others.

    It runs behind a call: the line of a `try` has none, nor what leads to a block has none;
    and the line of a `with` is shown once more where its block is left.
    """
    source = linecache.getlines(frame.f_code.co_filename)[: frame.f_lineno]
    *_, before, line = (code for text in source if (code := text.strip()) and code[0] != "#")
    return line.startswith(("with ", "try:")) or before in ("try:", "finally:")


@pytest.fixture(name="pool")
def _pool() -> Iterator[Pool]:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        yield pool


def _await_sleep(pool: Pool) -> None:
    until = time.monotonic() + WAIT_S
    while not pool._dispatcher.inbox._asleep:
        assert time.monotonic() < until, "the dispatcher does not come to rest"
        time.sleep(0.001)


@pytest.mark.parametrize("items", [1, 10])
def test_a_submission_may_be_interrupted_anywhere(pool: Pool, items: int) -> None:
    line = 1
    _await_sleep(pool)
    while _interrupted(lambda: pool.map_async(square, range(items)), line):
        assert pool.map_async(square, range(3)).get(WAIT_S) == [0, 1, 4]
        _await_sleep(pool)
        line += 1
    assert line > 20, "the call was not traced"


# Also raised where the iterator is dropped: out of that nothing comes.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_input_is_read_by_nobody_where_its_submission_is_interrupted(pool: Pool) -> None:
    line = 1
    before = set(threading.enumerate())
    while _interrupted(lambda: pool.imap(square, iter(range(3))), line):
        for thread in set(threading.enumerate()) - before:
            thread.join(WAIT_S)
            assert not thread.is_alive(), f"{thread.name} is left, interrupted at line {line}"
        assert pool.map_async(square, range(3)).get(WAIT_S) == [0, 1, 4]
        _await_sleep(pool)
        line += 1
    assert line > 20, "the call was not traced"


def test_a_consumer_may_be_interrupted_anywhere(pool: Pool) -> None:
    """Its iterator goes on, though a result may be gone with the call that was to return it."""
    for line in range(1, 60):
        results = pool.imap(square, range(20), buffersize=2)
        _interrupted(lambda results=results: [results.next(WAIT_S) for _ in range(4)], line)  # type: ignore[misc]
        rest = []
        while (value := _next_or_none(results)) is not None:
            rest.append(value)
        assert rest[-1] == 361
        assert len(rest) >= 15


@pytest.mark.parametrize("end", [Pool.terminate, Pool.close])
def test_an_end_that_was_interrupted_can_be_repeated(end: Callable[[Pool], None]) -> None:
    line, whole = 1, False
    with nothing_left():
        while not whole:
            pool = Pool(1, context=multiprocessing.get_context("fork"))
            _await_sleep(pool)
            whole = not _interrupted(partial(end, pool), line)
            within(WAIT_S, partial(end_and_join, end, pool), f"join(), interrupted at line {line}")
            line += 1


def test_an_end_beside_a_loop_that_is_stuck_may_be_interrupted_anywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatcher, "STUCK_S", 0.02)
    line, whole = 1, False
    with nothing_left():
        while not whole:
            pool = Pool(1, context=multiprocessing.get_context("fork"))
            gate = threading.Event()
            argument = BlocksOnPickling(gate)
            result = pool.apply_async(square, (argument,))
            assert argument.entered.wait(WAIT_S)
            whole = not _interrupted(pool.terminate, line)
            if pool._state == "RUN":  # interrupted before anything was done
                pool.terminate()
            within(WAIT_S / 2, pool.join, f"join(), interrupted at line {line}")
            gate.set()
            with pytest.raises(PoolTerminatedError):
                result.get(0)
            pool._dispatcher._thread.join(WAIT_S)
            line += 1
    assert line > 20, "the call was not traced"


def _next_or_none(results: Any) -> Any:
    try:
        return results.next(WAIT_S)
    except StopIteration:
        return None


def test_a_constructor_that_is_interrupted_as_its_thread_starts_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Thread.start()` waits for a sign of the thread; a signal handler may raise out of that."""

    class Interrupted(threading.Thread):
        def start(self) -> None:
            super().start()
            if self.name == "poolproof-dispatcher":
                raise Interrupt

    monkeypatch.setattr(threading, "Thread", Interrupted)
    with nothing_left():
        for _ in range(10):
            with pytest.raises(Interrupt):
                Pool(2, context=multiprocessing.get_context("fork"))


@pytest.mark.parametrize("number", range(3))  # the template, and two workers
def test_a_handler_that_raises_as_a_process_is_forked_leaves_nothing(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs behind the fork, and before anybody knows of the process."""
    fork, forked = os.fork, []

    def fork_and_signal() -> int:
        if pid := fork():
            forked.append(pid)
            if len(forked) == number + 1:
                signal.pthread_kill(threading.get_ident(), signal.SIGALRM)
        return pid

    def interrupt(*_: object) -> None:
        raise Interrupt

    monkeypatch.setattr(os, "fork", fork_and_signal)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with nothing_left(), pytest.raises(Interrupt):
            Pool(2, context=multiprocessing.get_context("fork"))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(forked) > number


def test_workers_block_what_their_parent_blocks() -> None:
    """The first ones, and one that replaces another."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    try:
        with Pool(1, maxtasksperchild=1, context=multiprocessing.get_context("fork")) as pool:
            for _ in range(2):
                blocked, _ = pool.apply(_marks_of_this_thread)
                assert blocked == before | {signal.SIGUSR1}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _marks_of_this_thread() -> tuple[set[Any], bytes]:
    """Return its blocked signals, and its name."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return blocked, Path("/proc/thread-self/comm").read_bytes()


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # dropped, they are closed
def test_a_template_may_be_interrupted_anywhere_while_it_is_made() -> None:
    """Blocked signals would stay so: also the next Ctrl-C."""
    context = multiprocessing.get_context("fork")
    before = _marks_of_this_thread()
    made: list[Any] = []
    line = 1
    with nothing_left():
        while _interrupted(lambda: made.append(template_of(context, square, ())), line):
            assert _marks_of_this_thread() == before, f"interrupted at line {line} of those it runs"
            line += 1
            while made:
                made.pop().end()
        made.pop().end()
    assert line > 10
