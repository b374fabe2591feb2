"""Chrome traces made by hand for the tests."""

from __future__ import annotations

from typing import Any

SECOND = 1_000_000  # microseconds


def bar(worker: int, start_us: float, duration_us: float, item: int) -> dict[str, Any]:
    """Return one complete event."""
    return {
        "ph": "X",
        "name": "sleep_s",
        "pid": worker,
        "tid": worker,
        "ts": start_us,
        "dur": duration_us,
        "args": {"job": 1, "item": item},
    }


def starved() -> dict[str, Any]:
    """Return 16 one-second items at chunksize 14: one worker runs 14 of them, the other 2."""
    first = [bar(11, item * SECOND, SECOND, item) for item in range(14)]
    second = [bar(12, item * SECOND, SECOND, 14 + item) for item in range(2)]
    named = {"ph": "M", "name": "thread_name", "pid": 11, "tid": 11, "args": {"name": "worker A"}}
    return {"traceEvents": [named, *first, *second], "displayTimeUnit": "ms"}


def many(bars: int, workers: int = 4) -> list[dict[str, Any]]:
    """Return a bare list of `bars` items of 80 us, dealt in turns."""
    return [bar(11 + item % workers, item // workers * 100.0, 80.0, item) for item in range(bars)]


def with_a_death() -> list[dict[str, Any]]:
    """Return three items of worker A, which died on the last, and one of worker B."""
    lost = bar(11, 2 * SECOND, SECOND, 2)
    lost["args"]["lost"] = True
    death = {"ph": "i", "s": "t", "name": "worker lost: killed", "pid": 11, "tid": 11, "ts": 3e6}
    return [*(bar(11, n * SECOND, SECOND, n) for n in range(2)), lost, death, bar(12, 0, 1.0, 3)]
