"""Loads the tasks that terminate() throws away, each time."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-28", "FAIL", "cannot be loaded"),)


class Pool(multiprocessing.pool.Pool):
    """Empties its pipe before it ends."""

    def terminate(self) -> None:
        """Take out every task that is in the pipe, then terminate."""
        tasks = self._inqueue  # type: ignore[attr-defined]  # not in typeshed
        while tasks._reader.poll():  # noqa: SLF001 - the pipe itself
            tasks.get()
        super().terminate()
