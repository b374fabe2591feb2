"""Swallows what is raised inside its with block."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-11", "FAIL", "to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Takes an exception for handled once it has cleaned up."""

    def __exit__(self, *error: object) -> bool:  # type: ignore[override]  # that is what is wrong
        """Terminate and return a true value."""
        self.terminate()
        return True
