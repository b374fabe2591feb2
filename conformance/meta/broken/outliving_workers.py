"""Has workers that hold the writing end of their own pipe, and so never see that it ended."""

import multiprocessing.pool
import os

from ..specimens import Caught

CAUGHT = (Caught("LEFT-04", "FAIL", "the workers to exit"),)


class Pool(multiprocessing.pool.Pool):
    """Lets workers inherit one descriptor too many."""

    def _setup_queues(self) -> None:
        super()._setup_queues()  # type: ignore[misc]  # the stubs leave it out
        os.dup(self._inqueue._writer.fileno())  # type: ignore[attr-defined]  # noqa: SLF001 - as above
