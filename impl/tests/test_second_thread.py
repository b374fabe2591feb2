"""What a worker's second thread shows and cuts, at whatever instant of the first one."""

from __future__ import annotations

import gc
import itertools
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from poolproof._wire import claims
from poolproof._wire.channel import Body
from poolproof._wire.frames import ResultKind, TaskHeader, TaskKind
from poolproof._wire.outcome import load
from poolproof._worker import runner
from poolproof._worker.outcome_log import OutcomeLog
from poolproof._worker.worker_process import Interrupts

from .patience import WAIT_S
from .simulation import CountingOutbox
from .slots import fresh_slot


@pytest.fixture(name="slot")
def _slot() -> Iterator[claims.Slot]:
    with fresh_slot() as slot:
        yield slot


def _frame(
    call: Callable[[Any], Any], items: list[Any], slot: claims.Slot, outbox: CountingOutbox
) -> runner.Run:
    """Take up a frame whose budget no test uses up."""
    slot.begin(1)
    header, log = TaskHeader(TaskKind.RUN, seq=1, budget_ns=10**12), OutcomeLog(slot, outbox)
    return runner.Run(header, call, items, slot, outbox, Interrupts(), log, [])


def test_outcomes_that_are_asked_for_at_any_time_come_once_and_in_order(
    slot: claims.Slot,
) -> None:
    outbox = _Collecting()
    log = OutcomeLog(slot, outbox)
    slot.begin(1)
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            log.show()

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(5000):
        log.add(number)
    log.flush(last=True)
    ended.set()
    asking.join(WAIT_S)
    assert outbox.got == list(range(5000))


class _Collecting(CountingOutbox):
    """Keeps the outcomes, each in its place."""

    def __init__(self) -> None:
        self.got: list[object] = []

    def send(
        self,
        kind: ResultKind,
        first: int,
        count: int,
        body: Body,
        *,
        last: bool = False,  # noqa: ARG002  as the method it stands for
    ) -> None:
        assert (kind, first) == (ResultKind.OUTCOMES, len(self.got))
        self.got += map(load, claims.split_log(memoryview(b"".join(body)), count))


@pytest.mark.parametrize("run", [runner.run_batch, runner.run_exact])
@pytest.mark.parametrize("seed", range(20))
def test_an_item_is_run_or_cut_and_never_both(
    run: Callable[[runner.Run], None], seed: int, slot: claims.Slot
) -> None:
    rng = random.Random(seed)  # noqa: S311  a replay, not a secret
    ran: list[int] = []

    def call(item: int) -> None:
        ran.append(item)
        if rng.random() < 0.01:
            time.sleep(0)  # the other thread's turn

    outbox = CountingOutbox()
    frame = _frame(call, list(range(5000)), slot, outbox)
    delay_s, cuts = rng.uniform(0.0, 0.002), []
    cutter = threading.Timer(delay_s, lambda: cuts.append(frame.cut()))
    cutter.start()
    run(frame)
    cutter.join(WAIT_S)
    assert ran == list(range(len(ran))), "in order, each once"
    assert len(frame.items) == len(ran) == outbox.done
    assert cuts == [len(ran)], "what was cut is what did not run"


class Finalized:
    """Tells which thread has let go of it."""

    def __init__(self, by: list[threading.Thread]) -> None:
        self._by = by

    def __del__(self) -> None:
        self._by.append(threading.current_thread())


def test_no_finalizer_of_the_users_runs_in_the_thread_that_cuts(slot: claims.Slot) -> None:
    """It may want a lock that the running task holds, and nobody would answer any more."""
    by: list[threading.Thread] = []
    frame = _frame(lambda _: None, [Finalized(by) for _ in range(3)], slot, CountingOutbox())
    cutter = threading.Thread(target=frame.cut)
    cutter.start()
    cutter.join(WAIT_S)
    assert (frame.items, by) == ([], [])
    del frame
    assert by == [threading.current_thread()] * 3


def test_nothing_is_started_while_it_is_cut(slot: claims.Slot) -> None:
    """Up to 3.11 a collection comes with an allocation, and another thread may run meanwhile."""
    outbox = CountingOutbox()
    items: list[int] = []
    ran: list[int] = []

    def start_next(_phase: str, _info: dict[str, int]) -> None:
        if (number := slot.fields[claims.STARTED]) < len(items):
            ran.append(items[number])
            slot.fields[claims.STARTED] = number + 1

    before = gc.get_threshold()
    gc.callbacks.append(start_next)
    try:
        for _ in range(100):
            items[:] = range(50)
            ran.clear()
            frame = _frame(abs, items, slot, outbox)
            in_use: list[list[int]] = [[] for _ in range(200)]  # all that Python has in reserve
            gc.set_threshold(1)
            frame.cut()
            gc.set_threshold(*before)
            del in_use
            assert ran == items[: len(ran)], "what was started is not given back"
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(start_next)


@pytest.mark.parametrize("run", [runner.run_batch, runner.run_exact])
def test_a_tracer_may_run_between_any_two_lines_of_a_worker(
    run: Callable[[runner.Run], None], slot: claims.Slot
) -> None:
    """And other threads with it, the one that cuts too."""
    ran: list[int] = []
    left = 1  # lines, until it cuts

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != runner.__file__ or frame.f_code is runner.Run.cut.__code__:
            return None
        left -= event == "line"
        if left == 0 and slot.fields[claims.PHASE] == claims.Phase.RUNNING:
            at_work.cut()
        return trace

    before = sys.gettrace()
    for cut_at in itertools.count(1):
        left = cut_at
        outbox = CountingOutbox()
        items = list(range(10))
        ran.clear()
        at_work = _frame(ran.append, items, slot, outbox)
        sys.settrace(trace)
        try:
            run(at_work)
        finally:
            sys.settrace(before)
        assert [*ran, *itertools.chain.from_iterable(at_work.dropped)] == list(range(10))
        assert outbox.done == len(ran)
        if left > 0:  # every line was tried
            break
    assert cut_at > 2 * len(items)
