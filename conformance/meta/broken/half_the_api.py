"""Has no imap_unordered, and says that it has everything."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("API-01", "FAIL", "the missing methods"),)


class Pool(multiprocessing.pool.Pool):
    """Leaves a method for the next release."""

    imap_unordered = None  # type: ignore[assignment]  # that is what is wrong
