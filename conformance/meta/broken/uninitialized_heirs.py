"""Calls the initializer in its first workers only."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("INIT-03", "FAIL", "what the tasks found"),)
_INITIALIZER = 2  # its place among the arguments of a worker


def _bare(ctx: Any, *, target: Any, args: tuple[Any, ...]) -> Any:
    args = (*args[:_INITIALIZER], None, *args[_INITIALIZER + 1 :])
    return ctx.Process(target=target, args=args)


class Pool(multiprocessing.pool.Pool):
    """Starts workers in two places and forgets the initializer in one."""

    def _repopulate_pool(self) -> None:
        super()._repopulate_pool()  # type: ignore[misc]  # typeshed leaves it out
        self.Process = _bare  # type: ignore[method-assign]  # the flaw: from now on
