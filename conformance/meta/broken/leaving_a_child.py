"""Leaves a child process behind when it ends."""

import multiprocessing.pool
import subprocess

from ..specimens import Caught

CAUGHT = (
    Caught("LEFT-01", "FAIL", "the children left"),
    Caught("SHUT-24", "FAIL", "the workers left"),
)


class Pool(multiprocessing.pool.Pool):
    """Starts one process more while it stops the others."""

    def join(self) -> None:
        """Start a helper and forget it."""
        super().join()
        subprocess.Popen(["sleep", "600"])  # noqa: S607 - whichever sleep there is
