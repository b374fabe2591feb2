"""Waiting for another thread: no wake-up lost, in many rounds, and under signals."""

from __future__ import annotations

import os
import select
import signal
import threading
from _thread import LockType
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from poolproof._front.waiting import Alarm, EventFd, Latch, release, wait

from .counting import nothing_left
from .patience import WAIT_S, within

ROUNDS = 2000


@contextmanager
def running(*targets: Callable[[], object]) -> Iterator[None]:
    """Run the targets in threads of their own; all must end."""
    threads = [threading.Thread(target=target, daemon=True) for target in targets]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(WAIT_S)
    assert not any(thread.is_alive() for thread in threads), "a waiting thread was not released"


@contextmanager
def on_alarm_signal(handler: Callable[[], object]) -> Iterator[None]:
    """Run `handler` in the main thread, in the middle of whatever it does."""

    def handle(_signum: int, _frame: FrameType | None) -> None:
        handler()

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_latch_that_has_happened_keeps_nobody_waiting() -> None:
    latch = Latch()
    latch.happen()
    assert latch.happened()
    assert latch.wait(0)


def test_a_wait_ends_after_its_timeout() -> None:
    latch = Latch()
    assert not latch.wait(0)
    assert not latch.wait(-1)
    assert not latch.wait(0.01)


def test_waits_that_time_out_leave_nothing_in_the_queue() -> None:
    locks: list[LockType] = []
    for _ in range(100):
        assert not wait(locks, lambda: False, 0)
    assert not locks


def test_no_wake_up_is_lost_between_a_wait_and_its_release() -> None:
    latches = [Latch() for _ in range(ROUNDS)]
    seen = [0, 0]

    def waiter(number: int) -> Callable[[], None]:
        def wait_for_all() -> None:
            for latch in latches:
                assert latch.wait(WAIT_S)
                seen[number] += 1

        return wait_for_all

    def setter() -> None:
        for latch in latches:
            latch.happen()

    with running(waiter(0), waiter(1), setter):
        pass
    assert seen == [ROUNDS, ROUNDS]


def test_every_waiter_is_released_however_many_release_at_once() -> None:
    for _ in range(ROUNDS // 20):
        _release_four_at_once()


def _release_four_at_once() -> None:
    latch = Latch()
    released: list[bool] = []

    def waiter() -> None:
        released.append(latch.wait(WAIT_S))

    with running(waiter, waiter, waiter, waiter, latch.happen, latch.happen):
        pass
    assert released == [True] * 4


def test_two_threads_hand_a_turn_to_and_fro() -> None:
    turn = [0]
    locks: list[LockType] = []

    def player(mine: int) -> Callable[[], None]:
        def play() -> None:
            for number in range(mine, ROUNDS, 2):
                assert wait(locks, _is_turn(turn, number), WAIT_S)
                turn[0] = number + 1
                release(locks)

        return play

    with running(player(0), player(1)):
        pass
    assert turn[0] == ROUNDS


def _is_turn(turn: list[int], number: int) -> Callable[[], bool]:
    return lambda: turn[0] == number


def test_a_signal_handler_may_raise_out_of_a_wait_which_can_be_repeated() -> None:
    class InterruptedWaitError(Exception):
        pass

    def interrupt() -> None:
        raise InterruptedWaitError

    latch = Latch()
    with on_alarm_signal(interrupt), pytest.raises(InterruptedWaitError):
        latch.wait(WAIT_S)
    latch.happen()
    assert latch.wait(0)


def test_a_signal_handler_may_set_what_the_interrupted_thread_waits_for() -> None:
    latch = Latch()
    with on_alarm_signal(latch.happen):
        assert latch.wait(WAIT_S)


def test_a_signal_handler_may_wait_within_a_wait() -> None:
    outer, inner = Latch(), Latch()

    def handler() -> None:
        assert inner.wait(WAIT_S)
        outer.happen()

    with running(inner.happen), on_alarm_signal(handler):
        assert outer.wait(WAIT_S)


def _readable(alarm: Alarm) -> bool:
    return bool(select.select([alarm.fd], [], [], 0)[0])


def test_an_alarm_rings_until_it_is_silenced() -> None:
    alarm = Alarm()
    assert not _readable(alarm)
    alarm.ring()
    alarm.ring()
    assert _readable(alarm)
    alarm.silence()
    assert not _readable(alarm)
    alarm.silence()
    alarm.close()


def test_a_closed_alarm_rings_nobody_else() -> None:
    reader, writer = os.pipe()
    alarm = Alarm()
    alarm.close()
    os.dup2(writer, alarm.fd)  # another file gets the number
    alarm.ring()
    assert not select.select([reader], [], [], 0)[0]
    for fd in (reader, writer, alarm.fd):
        os.close(fd)


def test_an_alarm_leaves_no_descriptor() -> None:
    with nothing_left():
        alarm = Alarm()
        alarm.close()
        alarm.close()


def test_a_signal_handler_in_the_midst_of_ringing_may_wait_for_who_rings_or_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alarm = Alarm()
    ring = EventFd.ring
    seen = []

    def interrupted(event: EventFd) -> None:
        monkeypatch.undo()
        within(WAIT_S, alarm.ring)
        seen.append(_readable(alarm))
        within(WAIT_S, alarm.close)
        ring(event)

    with nothing_left():
        monkeypatch.setattr(EventFd, "ring", interrupted)
        alarm.ring()
        assert seen == [True]
