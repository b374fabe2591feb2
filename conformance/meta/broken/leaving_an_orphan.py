"""Leaves a process behind, in a session of its own, that nobody knows of."""

import multiprocessing.pool
import subprocess
import sys

from ..specimens import Caught

CAUGHT = (Caught("MAP-01", "LEAK", "1 children"),)
_LINES = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True)"


class Pool(multiprocessing.pool.Pool):
    """Starts a helper that outlives its starter."""

    def terminate(self) -> None:
        """Start the helper and lose it."""
        subprocess.run([sys.executable, "-c", _LINES], check=True)
        super().terminate()
