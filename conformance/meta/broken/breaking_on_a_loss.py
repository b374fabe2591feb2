"""Fails everything when one worker is lost: the executor of the standard library."""

from typing import Any

from ...subjects import load
from ..specimens import Caught

CAUGHT = (
    Caught("DEATH-03", "FAIL", "BrokenProcessPool"),
    Caught("DEATH-12", "DIFFERS", "BrokenProcessPool"),
)

_EXECUTOR = load("concurrent.futures:ProcessPoolExecutor")


def Pool(  # noqa: N802 - a subject is called so
    processes: int | None = None,
    initializer: Any = None,
    initargs: tuple[Any, ...] = (),
    maxtasksperchild: int | None = None,
    context: Any = None,
) -> Any:
    """Open the executor with the face of a pool."""
    return _EXECUTOR.open(
        processes,
        start_method=context.get_start_method(),
        initializer=initializer,
        initargs=initargs,
        maxtasksperchild=maxtasksperchild,
    )
