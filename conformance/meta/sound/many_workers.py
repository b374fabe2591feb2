"""Has sixty-four workers, whatever it is asked for."""

import multiprocessing.pool
from typing import Any

EXCEPT = {"API-02": "it runs more tasks at a time than it was asked to, by design"}


class Pool(multiprocessing.pool.Pool):
    """More workers than tasks."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        asked = processes if processes is not None and processes < 1 else 64
        super().__init__(asked, *args, **kwargs)
