"""What one entrant showed in one group."""

import statistics
from dataclasses import dataclass, field

from .entrants import Entrant
from .protocol import Refusal, Sample
from .rows import WORKERS


@dataclass
class Result:
    """Samples, or the refusal that ended them."""

    entrant: Entrant
    start_method: str
    """What is really used: a pool with one way of its own has that one here."""
    asked_tasks: int
    """Items in a sample, before a pool that is too slow for them was given fewer."""
    version: str | None = None
    samples: list[Sample] = field(default_factory=list)
    refusal: Refusal | None = None
    spent_s: float = 0.0
    """What its samples took, opening and closing the pools included."""
    load_average: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of the machine, when the group began."""

    def times_s(self) -> list[float]:
        """Return the samples, in the order of the rounds."""
        return [sample.elapsed_s for sample in self.samples]

    def bounds_s(self) -> list[float]:
        """Return what no schedule can beat, one a sample; empty off the scheduling rows."""
        return [
            max(sample.work_s / WORKERS, sample.longest_s)
            for sample in self.samples
            if sample.work_s is not None and sample.longest_s is not None
        ]

    def ratios(self) -> list[float]:
        """Return makespan / bound, one a sample; empty off the scheduling rows."""
        bounds_s = self.bounds_s()
        return [
            elapsed_s / bound_s
            for elapsed_s, bound_s in zip(self.times_s(), bounds_s, strict=bool(bounds_s))
        ]

    def cost(self) -> float:
        """Return what pools are compared by: the median ratio, else the median seconds an item."""
        return statistics.median(
            self.ratios() or [sample.elapsed_s / sample.tasks for sample in self.samples]
        )

    def interquartile_range_s(self) -> float | None:
        """Return the distance of the quartiles; None for a single sample, which has no spread."""
        times_s = self.times_s()
        if len(times_s) == 1:
            return None
        low, _, high = statistics.quantiles(times_s, n=4, method="inclusive")
        return high - low
