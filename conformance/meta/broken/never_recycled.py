"""Keeps its workers whatever maxtasksperchild says."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("LIFE-01", "FAIL", "tasks a worker"),
    Caught("API-05", "FAIL", "ValueError to be raised"),
    Caught("SIG-12", "DIFFERS", "a DeprecationWarning about fork()"),
)


class Pool(multiprocessing.pool.Pool):
    """Forgets the limit."""

    def __init__(self, *args: Any, maxtasksperchild: int | None = None, **kwargs: Any) -> None:
        del maxtasksperchild
        super().__init__(*args, **kwargs)
