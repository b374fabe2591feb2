"""Pickles the initializer, also where the workers inherit it."""

import multiprocessing.pool
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("INIT-06", "FAIL", "pickle"),)


class Pool(multiprocessing.pool.Pool):
    """Treats every start method as spawn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ForkingPickler.dumps((kwargs.get("initializer"), kwargs.get("initargs")))
        super().__init__(*args, **kwargs)
