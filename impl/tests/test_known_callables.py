"""What the parent thinks a worker knows does not grow with the jobs that are over."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import suppress

from poolproof import Pool

from .tasks import square

WAIT_S = 20.0  # a bound for what should take a moment
JOBS = 100


def _refuse_the_last(number: int) -> int:
    if number == 3:
        raise ValueError(number)
    return number


def test_a_callable_is_forgotten_though_its_frame_ends_behind_its_job() -> None:
    """The last item fails: its error completes the job, and the end of its frame comes later."""
    with Pool(1, context=multiprocessing.get_context("fork")) as pool:
        for _ in range(JOBS):
            with suppress(ValueError):
                pool.map_async(_refuse_the_last, range(4)).get(WAIT_S)
        assert pool.map_async(square, range(4)).get(WAIT_S) == [0, 1, 4, 9]
        (link,) = pool._dispatcher.links
        until = time.monotonic() + WAIT_S
        while link._known:
            assert time.monotonic() < until, f"still known: {len(link._known)} callables"
            time.sleep(0.001)
