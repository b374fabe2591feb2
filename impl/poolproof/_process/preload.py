"""Under forkserver, workers find loaded what they need of the standard library.

A process of the fork server has what the server has loaded, and by default that is little: each
worker would load these modules anew, which takes it as long as this package itself.  So the first
pool adds them to what the server loads when it starts; one that runs already is left as it is.

Not this package: the server knows nothing of a `sys.path` that the program has changed, and might
load another version of it.
"""

from __future__ import annotations

from multiprocessing.context import BaseContext
from typing import Any

from .._front.arguments import start_method_of

NEEDED = ("__future__", "array", "gc", "mmap", "traceback", "typing")


def preload(context: BaseContext) -> None:
    """Have the fork server load what workers need, where the context uses one."""
    if start_method_of(context) != "forkserver":
        return
    from multiprocessing import forkserver  # noqa: PLC0415  not every system has it

    server: Any = forkserver._forkserver  # noqa: SLF001  the list has no public reader
    if server._forkserver_pid is None:  # noqa: SLF001
        known = server._preload_modules  # noqa: SLF001
        server.set_forkserver_preload([*known, *(name for name in NEEDED if name not in known)])
