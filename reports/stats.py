"""Pure numbers: what is quoted in the report is computed here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of some samples, in the unit of the samples."""

    q1: float
    median: float
    q3: float
    samples: int

    @property
    def iqr(self) -> float:
        """Interquartile range: the width that holds the middle half of the samples."""
        return self.q3 - self.q1


def spread(samples: Sequence[float]) -> Spread:
    """Median and quartiles (linear interpolation) of at least one sample.

    Raises: ValueError when there is none.
    """
    if not samples:
        raise ValueError("expected at least one sample, got none")
    q1, median, q3 = (
        float(q) for q in np.quantile(np.asarray(samples, dtype=float), (0.25, 0.5, 0.75))
    )
    return Spread(q1, median, q3, len(samples))


def times_as_fast(baseline: float, subject: float) -> float:
    """How many times as fast the subject is as the baseline; above 1 is faster.

    Both are durations in the same unit. This is the report's only ratio.
    Raises: ValueError unless both are above 0.
    """
    if baseline <= 0 or subject <= 0:
        raise ValueError(f"expected two durations above 0, got {baseline} and {subject}")
    return baseline / subject


def noise_floor(one: Spread, other: Spread) -> float:
    """Relative difference that means nothing, from an A/A control.

    `one` and `other` are two measurements of the same pool in the same run, so all
    that tells them apart is noise: the farthest quartile of either from the median
    between them. 0.15 says that differences below 15 % are not to be read.
    """
    centre = (one.median + other.median) / 2
    edges = (one.q1, one.q3, other.q1, other.q3)
    return max(abs(edge - centre) / centre for edge in edges)


def against_noise(ratio: float, floor: float) -> str:
    """Return "faster", "slower" or "within noise" for a ratio from times_as_fast."""
    if ratio > 1 + floor:
        return "faster"
    if ratio < 1 / (1 + floor):
        return "slower"
    return "within noise"
