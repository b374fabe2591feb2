"""Raises when it is closed or terminated a second time."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-13", "FAIL", "it has ended already"),)


class Pool(multiprocessing.pool.Pool):
    """Takes the second clean-up for a mistake."""

    _ended = False

    def close(self) -> None:
        """Close, once."""
        self._check()
        super().close()

    def terminate(self) -> None:
        """Terminate, once."""
        self._check()
        super().terminate()

    def _check(self) -> None:
        if self._ended:
            raise RuntimeError("it has ended already")
        self._ended = True
