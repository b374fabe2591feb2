"""Orders and distributions of item times that defeat some rule or other for chunk sizes.

Source: the workloads of Hummel, Schonberg, Flynn (1992), Tzen and Ni (1993),
Harchol-Balter (1998), joblib issue 1220, and Mandelbrot rows as in LB4OMP.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import lru_cache

Shape = Callable[[int, random.Random], list[float]]


def _constant(n: int, _: random.Random) -> list[float]:
    return [1.0] * n


def _exponential(n: int, rng: random.Random) -> list[float]:
    return [rng.expovariate(1.0) for _ in range(n)]


def _pareto(n: int, rng: random.Random) -> list[float]:
    return [min(rng.paretovariate(1.5), 1000.0) for _ in range(n)]


def _bimodal(n: int, rng: random.Random) -> list[float]:
    return [20.0 if rng.random() < 0.05 else 0.0526 for _ in range(n)]


def _increasing(n: int, _: random.Random) -> list[float]:
    return [float(i + 1) for i in range(n)]


def _decreasing(n: int, _: random.Random) -> list[float]:
    return [float(n - i) for i in range(n)]


def _fast_then_slow(n: int, _: random.Random) -> list[float]:
    return [0.02 if i < 0.9 * n else 9.8 for i in range(n)]


def _heavy_block(n: int, _: random.Random) -> list[float]:
    return [300.0 if 0.5 * n <= i < 0.53 * n else 1.0 for i in range(n)]


def _mandelbrot_rows(n: int, _: random.Random) -> list[float]:
    return [float(_row_iterations(-1.25 + 2.5 * row / n)) for row in range(n)]


@lru_cache
def _row_iterations(imaginary: float) -> int:
    total = 0
    for column in range(8):
        point = complex(-2.0 + 3.0 * column / 8, imaginary)
        z = 0j
        for _ in range(64):
            total += 1
            z = z * z + point
            if z.real * z.real + z.imag * z.imag > 4.0:
                break
    return total


SHAPES: dict[str, Shape] = {
    "constant": _constant,
    "exponential": _exponential,
    "bounded Pareto 1.5": _pareto,
    "bimodal": _bimodal,
    "increasing": _increasing,
    "decreasing": _decreasing,
    "fast then slow": _fast_then_slow,
    "heavy contiguous block": _heavy_block,
    "Mandelbrot rows": _mandelbrot_rows,
}


@lru_cache
def costs_ns(name: str, items: int, mean_ns: int, seed: int = 1) -> Sequence[int]:
    """Return the times of `items` items, `mean_ns` ns on average."""
    shape = SHAPES[name](items, random.Random(seed))  # noqa: S311  a workload, not a secret
    scale = mean_ns * items / sum(shape)
    return [max(1, round(cost * scale)) for cost in shape]


def lower_bound_ns(costs: Sequence[int], workers: int) -> float:
    """Return the time that no schedule can beat."""
    return max(sum(costs) / workers, *costs)
