"""An argument that raises on load in the worker; a result that raises on load in the parent.

`RaisesOnLoad(error)` is the one where it travels as an argument and the other where the class is
the task function, so that the object is made in a worker.
"""

from typing import Any, NoReturn


class RaisesOnLoad:
    """Can be pickled; raises `error` when it is loaded."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        return _raise, (self.error,)

    def __repr__(self) -> str:
        return f"RaisesOnLoad({self.error!r})"


def _raise(error: BaseException) -> NoReturn:
    raise error
