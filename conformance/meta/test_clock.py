"""Body time: a slow machine does not make it pass, a tree that waits does."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..harness.clock import TICK_S, BodyClock, longest_s, passed

_SPIN = "while True: pass"
_REST = "import sys; sys.stdin.read()"
_UNINTERRUPTIBLE = (  # who has called vfork sleeps as who reads a disk, until the child is gone
    "import ctypes, time; libc = ctypes.CDLL(None); "
    "libc.vfork() or (libc.prctl(1, 9), time.sleep(600))"  # PR_SET_PDEATHSIG, SIGKILL
)
_LOOKS = 6


@contextmanager
def _below(*programs: str) -> Iterator[None]:
    """Run the programs on one processor, all of the same."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        started = [
            subprocess.Popen([sys.executable, "-S", "-c", program], stdin=subprocess.PIPE)
            for program in programs
        ]
    finally:
        os.sched_setaffinity(0, before)
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _watched() -> tuple[float, float, BodyClock]:
    """Return (body time, wall time) of several looks, once the programs have started."""
    clock = BodyClock()
    time.sleep(4 * TICK_S)  # what is measured is a rate: the start of an interpreter is no part
    before, started = clock.look(), time.monotonic()
    for _ in range(_LOOKS):
        time.sleep(TICK_S)
        clock.look()
    return clock.read() - before, time.monotonic() - started, clock


def test_it_passes_while_a_tree_waits() -> None:
    """Processes that wait are charged with the time, whatever runs beside them."""
    with _below(_REST, _REST):
        body_s, wall_s, clock = _watched()
    assert body_s > wall_s / 2
    assert clock.idle


def test_it_all_but_stands_while_a_tree_waits_for_a_processor() -> None:
    """Of processes that share one processor all but one wait for it."""
    with _below(_SPIN, _SPIN, _SPIN):
        body_s, wall_s, clock = _watched()
    assert 0 < body_s < wall_s / 12
    assert not clock.idle


def test_it_all_but_stands_while_a_tree_waits_for_a_disk() -> None:
    """A program that is being read from a disk neither runs nor hangs."""
    with _below(_UNINTERRUPTIBLE):
        body_s, wall_s, clock = _watched()
    assert 0 < body_s < wall_s / 6
    assert not clock.idle


@pytest.mark.parametrize(
    ("elapsed_s", "queued_s", "waits", "expected_s"),
    [
        (0.25, 0.0, True, 0.25),
        (0.25, 0.0, False, 0.25 / 3),
        (0.25, 0.125, True, 0.125),
        (0.25, 0.125, False, 0.125 / 3),
        (0.25, 9.0, False, 0.25 / 3 / 8),  # however many wait: it does not stand still
        (30.0, 0.0, True, 0.5),  # it is the look that was late
    ],
)
def test_what_a_look_charges(
    elapsed_s: float, queued_s: float, waits: bool, expected_s: float
) -> None:
    """Waiting in full, working a third, less the wait for a processor; a late look little."""
    assert passed(elapsed_s, queued_s, waits=waits) == pytest.approx(expected_s)


def test_the_longest_wait_is_the_slowest_clock() -> None:
    """A tree that does nothing but wait for a processor reaches its deadline too."""
    wall_s = longest_s(4.0)
    assert passed(TICK_S, 99.0, waits=False) / TICK_S * wall_s == pytest.approx(4.0)
