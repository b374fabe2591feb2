"""How long anything may take, from how long the stdlib takes on this machine now."""

import multiprocessing
import os
from dataclasses import dataclass
from typing import Any

_FLOOR_S = 4.0  # below it a busy machine's scheduler decides, not the subject
_TIMES_STDLIB = 25  # a deadline in stdlib pool lives: open, 100 tasks, close, join
_TIMES_SMOKE = 2  # deadlines of a clause
FIRST_S = 30.0  # for what runs before the calibration is known
_SLOW_TO_START = frozenset({"spawn", "forkserver", "ray", "dask", "loky"})
_FEW_EXAMPLES = 3  # where starting a worker costs an interpreter


@dataclass(frozen=True)
class Budget:
    """The deadline of a body, seconds, and where it comes from."""

    calibration_s: float
    scale: float

    @property
    def deadline_s(self) -> float:
        """Seconds that a body has before it counts as hanging."""
        return round(max(_FLOOR_S, _TIMES_STDLIB * self.calibration_s) * self.scale, 2)

    @property
    def first_s(self) -> float:
        """Seconds for a probe, which calibration does not wait for."""
        return FIRST_S * self.scale

    def smoke_s(self, start_method: str) -> float:
        """Seconds for a smoke test: more than a clause has, for an engine may be slow to come.

        One that starts workers in a way of its own, a cluster perhaps, has as long as a probe.
        """
        if start_method not in multiprocessing.get_all_start_methods():
            return self.first_s
        return min(_TIMES_SMOKE * self.deadline_s, self.first_s)

    def as_record(self) -> dict[str, Any]:
        """Return the record file's `budget`."""
        return {
            "deadline_s": self.deadline_s,
            "calibration_s": round(self.calibration_s, 4),
            "scale": self.scale,
        }

    def __str__(self) -> str:
        return (
            f"deadline {self.deadline_s} s a body (the stdlib's pool lives "
            f"{self.calibration_s * 1000:.0f} ms here; scale {self.scale:g})"
        )


def examples(start_method: str) -> int | None:
    """Return how many examples a property is given, None where its own settings say."""
    return _FEW_EXAMPLES if start_method in _SLOW_TO_START else None


def default_jobs() -> int:
    """Return how many working bodies run at once: one a processor."""
    return len(os.sched_getaffinity(0))
