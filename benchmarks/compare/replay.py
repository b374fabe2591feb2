"""Hands samples that are already taken to pytest-benchmark.

pytest-benchmark times a callable in its own process, one test after the other; the samples of a
comparison are taken in drivers, in turns.  So its timer is replaced by a clock that only moves when
the "benchmarked" call moves it, by exactly one sample.
"""

from collections.abc import Iterator
from typing import Protocol


class Benchmark(Protocol):
    """What is used of pytest-benchmark's fixture."""

    extra_info: dict[str, object]

    def pedantic(self, target: object, *, rounds: int, iterations: int) -> object:
        """Call `target` once a round, with a reading of the timer before and after."""


class SampleClock:
    """A timer that shows the sum of the samples replayed so far, in seconds.

    Guarantees: for one thread and one `replay` at a time.
    """

    def __init__(self) -> None:
        self._now_s = 0.0
        self._samples: Iterator[float] = iter(())

    def __repr__(self) -> str:
        """Return what the JSON shows as the timer."""
        return "time.perf_counter, in the drivers"

    def __call__(self) -> float:
        """Return the reading."""
        return self._now_s

    def replay(self, benchmark: Benchmark, samples_s: list[float]) -> None:
        """Make `samples_s` the rounds of `benchmark`."""
        self._now_s = 0.0
        self._samples = iter(samples_s)
        benchmark.pedantic(self._advance, rounds=len(samples_s), iterations=1)

    def _advance(self) -> None:
        self._now_s += next(self._samples)
