"""Has sixty-four workers where it is asked for more than one."""

import multiprocessing.pool
from typing import Any

EXCEPT = {
    **dict.fromkeys(
        ("API-02", "INIT-04", "LIFE-02"), "it counts on as many workers as were asked for"
    ),
    **dict.fromkeys(("SHUT-07", "SHUT-10"), "it counts on more tasks than workers"),
    "INIT-05": "the fault holds whatever starts beyond twelve workers, to spare the machine",
    "SIG-01": "most workers are idle then, which the stdlib does not survive: SIG-05",
}


class Pool(multiprocessing.pool.Pool):
    """More workers than tasks."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        asked = 64 if processes is not None and processes > 1 else processes
        super().__init__(asked, *args, **kwargs)
