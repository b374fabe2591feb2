"""How the tests wait for what has no signal of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from poolproof import Pool

WAIT_S = 30.0  # a bound for what should take a moment


def await_(condition: Callable[[], object], what: str = "what was waited for") -> None:
    """Return once the condition holds; fail when it does not in time."""
    until = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.001)


def within(bound_s: float, call: Callable[[], object], what: str = "the call") -> None:
    """Run `call` in a thread, so that a hang is a failure and not a stalled run."""
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(bound_s)
    assert not thread.is_alive(), f"still running after {bound_s} s: {what}"


def end_and_join(end: Callable[[Pool], None], pool: Pool) -> None:
    """End a pool by `Pool.close` or `Pool.terminate`, and wait for that."""
    end(pool)
    pool.join()
