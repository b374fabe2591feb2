"""A handler for the time of a block; for the main thread, as `signal.signal` is."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers


@contextmanager
def handled(signum: signal.Signals, handler: Handler) -> Iterator[None]:
    """Have the handler called for a signal within the block, and behind it the one before."""
    before = signal.signal(signum, handler)
    try:
        yield
    finally:
        signal.signal(signum, before)
