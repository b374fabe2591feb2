"""A claim slot by itself, as one process has it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from poolproof._wire import claims


@contextmanager
def fresh_slot() -> Iterator[claims.Slot]:
    """Make a slot, and close it."""
    fd = claims.create()
    slot = claims.Slot(fd)
    os.close(fd)
    try:
        yield slot
    finally:
        slot.close()
