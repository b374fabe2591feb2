"""Has one worker, whatever it is asked for."""

import multiprocessing.pool
from typing import Any

EXCEPT = {
    **dict.fromkeys(("API-10", "API-11"), "one worker is its default too"),
    **dict.fromkeys(
        (
            *("API-02", "CHUNK-02", "INIT-04", "LIFE-02", "DEATH-11"),
            *("SHUT-07", "SHUT-10", "SHUT-17", "SIG-01", "LEFT-04"),
        ),
        "it counts on as many workers as were asked for",
    ),
}


class Pool(multiprocessing.pool.Pool):
    """The smallest pool there is."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        asked = processes if processes is not None and processes < 1 else 1
        super().__init__(asked, *args, **kwargs)
