"""The functions that benchmarks send to workers.

The standard library only: every spawned worker imports this file.
"""

import os
import time
from typing import TypeVar

T = TypeVar("T")

# Constants of a 32-bit linear congruential generator (Numerical Recipes): arithmetic that cannot be
# optimised away.
_MULTIPLIER, _INCREMENT, _MASK = 1664525, 1013904223, 0xFFFFFFFF


def noop(item: object = None) -> None:
    """Do nothing with one item: what is timed is the pool alone."""


def echo(item: T) -> T:
    """Send one item back as it came: the payload crosses twice."""
    return item


def worker_pid(hold_s: float) -> int:
    """Tell the process id, `hold_s` seconds later: meanwhile the other items are its siblings'."""
    time.sleep(hold_s)
    return os.getpid()


def burn(iterations: int) -> float:
    """Run a loop of so many iterations; return the CPU seconds of this thread that it took.

    A count of iterations, not a span of time: two workers that spin on a clock while they share one
    core would both be "done" on time with half the work, and the pool that oversubscribes would
    look best.
    """
    started_ns = time.thread_time_ns()
    state = iterations
    for _ in range(iterations):
        state = (state * _MULTIPLIER + _INCREMENT) & _MASK
    return (time.thread_time_ns() - started_ns) / 1e9


def mandelbrot_row(row: tuple[float, int, int]) -> float:
    """Iterate z -> z*z + c along one row; return the CPU seconds of this thread that it took.

    Shape: `row` is (imaginary part of c, points from -2.2 to 0.8, iterations at most a point).
    """
    imaginary, points, limit = row
    started_ns = time.thread_time_ns()
    for point in range(points):
        c = complex(-2.2 + 3.0 * point / points, imaginary)
        z = 0j
        for _ in range(limit):
            z = z * z + c
            if z.real * z.real + z.imag * z.imag > 4.0:
                break
    return (time.thread_time_ns() - started_ns) / 1e9
