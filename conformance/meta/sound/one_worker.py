"""Has one worker, whatever it is asked for."""

import multiprocessing.pool
from typing import Any

EXCEPT = {
    "API-02": "one worker runs one task at a time, by design",
    "API-08": "it starts no second worker that could fail to start",
    "API-10": "one worker is its default too, by design",
    "API-11": "one worker is its default too, by design",
}


class Pool(multiprocessing.pool.Pool):
    """The smallest pool there is."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        asked = processes if processes is not None and processes < 1 else 1
        super().__init__(asked, *args, **kwargs)
