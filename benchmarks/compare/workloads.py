"""Cost orders: how much each item of a scheduling row costs, seeded, as counts of loop iterations.

The cheapest item of every order costs 100 us.  Costs travel as iteration counts, not as seconds:
`calibrate` says once how many iterations make a second, and every pool burns the same counts.
What an item really took is measured in the worker, in CPU seconds, sample by sample, so the lower
bound moves with the machine (frequency, a busy sibling) and not the verdict.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .._work import burn, mandelbrot_row

SEED = 20_251_123
SHORTEST_S = 100e-6

_CALIBRATION_ITERATIONS = 100_000
_CALIBRATION_REPEATS = 9

# One row of 300 points, at most 100 iterations each: 0.1 ms where all escape, 2 ms inside the set.
_MANDELBROT_POINTS, _MANDELBROT_LIMIT = 300, 100


@dataclass(frozen=True)
class Work:
    """A task function and its items; the function returns the CPU seconds the item took."""

    function: Callable[[Any], float]
    items: Sequence[Any]


def calibrate() -> float:
    """Return how many iterations `burn` does in a CPU second: the best of nine short runs."""
    fastest_s = min(burn(_CALIBRATION_ITERATIONS) for _ in range(_CALIBRATION_REPEATS))
    return _CALIBRATION_ITERATIONS / fastest_s


def make_work(workload: str, items: int, iterations_per_s: float) -> Work:
    """Return the work of one sample.

    Shape:  `items` items in the order of submission; the same for the same arguments.
    Unit:   iterations (Mandelbrot: the row's own description).
    Raises: KeyError for a workload that is not in `ORDERS` and is not "mandelbrot".
    """
    if workload == "mandelbrot":
        return Work(mandelbrot_row, mandelbrot_rows(items))
    costs = ORDERS[workload](items, random.Random(SEED))  # noqa: S311 - data, not secrets
    shortest = SHORTEST_S * iterations_per_s
    return Work(burn, [round(cost * shortest) for cost in costs])


def mandelbrot_rows(items: int) -> list[tuple[float, int, int]]:
    """Return the rows of a picture from top to bottom: cheap, dear in the middle, cheap again."""
    return [
        (1.2 - 2.4 * row / items, _MANDELBROT_POINTS, _MANDELBROT_LIMIT) for row in range(items)
    ]


def _constant(items: int, _rng: random.Random) -> list[float]:
    return [1.0] * items


def _exponential(items: int, rng: random.Random) -> list[float]:
    return [1.0 + rng.expovariate(1 / 4.0) for _ in range(items)]


def _pareto(items: int, rng: random.Random) -> list[float]:
    """Draw from a Pareto of shape 1.5 cut off at 500, by inversion."""
    shape, most = 1.5, 500.0
    tail = 1.0 - most**-shape
    return [(1.0 - rng.random() * tail) ** (-1.0 / shape) for _ in range(items)]


def _bimodal(items: int, rng: random.Random) -> list[float]:
    return [380.0 if rng.random() < 1 / 20 else 1.0 for _ in range(items)]


def _increasing(items: int, _rng: random.Random) -> list[float]:
    return [1.0 + 19.0 * item / max(items - 1, 1) for item in range(items)]


def _decreasing(items: int, rng: random.Random) -> list[float]:
    return _increasing(items, rng)[::-1]


def _fast_then_slow(items: int, _rng: random.Random) -> list[float]:
    return [490.0 if item >= items * 9 // 10 else 1.0 for item in range(items)]


def _block(items: int, _rng: random.Random) -> list[float]:
    """Begin the block at 60 %: behind what a guided rule hands out first, before the end."""
    first, length = items * 6 // 10, max(items * 3 // 100, 1)
    return [300.0 if first <= item < first + length else 1.0 for item in range(items)]


ORDERS: dict[str, Callable[[int, random.Random], list[float]]] = {
    "constant": _constant,
    "exponential": _exponential,
    "pareto": _pareto,
    "bimodal": _bimodal,
    "increasing": _increasing,
    "decreasing": _decreasing,
    "fast-then-slow": _fast_then_slow,
    "block": _block,
}
"""Name to costs, in multiples of the cheapest item.  Sources: bimodal and triangular costs,
Polychronopoulos & Kuck 1987, Tzen & Ni 1993; bounded Pareto, Harchol-Balter 1998; fast then slow,
joblib issue 1220; block, rows of a sparse matrix."""
