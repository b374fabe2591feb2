"""A process pool that never hangs, loses or leaks.

    from poolproof import Pool

|======================= parent process =======================|=== worker process ===|

 Pool.map() ...           dispatcher (one thread, one loop)
+---------+   inbox   +----------------+     frame        +---------+
|   job   |=========> |  task handler  |================> |         |
+---------+           +----------------+   private        |         |   +------------+
                      | worker handler |   channel,       | worker  |==>| claim slot |
+---------+           +----------------+   one a worker   |         |   +------------+
| result  |<========= | result handler |<================ |         |         |
| handle  |  outcome  +----------------+     result       +---------+         |
+---------+                   ^                                               |
                              +---- tells what is lost with a dead worker ----+

- A job is one public call.  The task handler cuts it into frames: as many tasks
  as should take a worker some milliseconds, however many that are.
- A worker runs a frame and sends what came out.  What it could not start in
  time it gives back, and workers that wait get it: nothing needs tuning.
- The result handler puts outcomes where the caller waits for them.
- An `apply` that finds a worker idle takes the short way: the caller's thread sends
  and receives by itself.
- The worker handler replaces workers that die.  The claim slot tells which task
  a dead worker was running: that one fails, all others count or run elsewhere.

`README.md` beside this file tells the protocol and the races it prevents.
"""

import importlib
import sys
from multiprocessing import TimeoutError  # noqa: A004  the name that the Pool API raises
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._errors import BrokenPoolError, PoolError, PoolTerminatedError, WorkerLostError
    from ._front.iterators import IMapIterator, IMapUnorderedIterator
    from ._front.results import AsyncResult, MapResult
    from .pool import Pool

__all__ = [
    "AsyncResult",
    "BrokenPoolError",
    "IMapIterator",
    "IMapUnorderedIterator",
    "MapResult",
    "Pool",
    "PoolError",
    "PoolTerminatedError",
    "TimeoutError",
    "WorkerLostError",
]

# Imported when asked for: a spawned worker needs one module of this package, and would pay for
# all of the parent's, more than it pays to start.  Elsewhere than on Linux most of them cannot
# even be imported.
_HOMES = {
    "AsyncResult": "_front.results",
    "BrokenPoolError": "_errors",
    "IMapIterator": "_front.iterators",
    "IMapUnorderedIterator": "_front.iterators",
    "MapResult": "_front.results",
    "Pool": "pool" if sys.platform == "linux" else "_elsewhere",
    "PoolError": "_errors",
    "PoolTerminatedError": "_errors",
    "WorkerLostError": "_errors",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
