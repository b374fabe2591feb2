"""A function, argument, initializer or result that raises when it is pickled."""

from typing import Any, NoReturn


class RaisesOnDump:
    """Raises `error` when it is pickled; called, it does nothing."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> NoReturn:
        raise self.error

    def __call__(self, *_args: Any) -> None:
        """Be a function: what cannot travel is as often the function as an argument."""

    def __repr__(self) -> str:
        return f"RaisesOnDump({self.error!r})"


class Unspeakable(RaisesOnDump):
    """Raises `error` when it is pickled, and when a message is made about that too."""

    def __repr__(self) -> NoReturn:
        raise self.error


class UnpicklableError(Exception):
    """An exception that says what happened and holds something that cannot be pickled."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.held = RaisesOnDump(TypeError("this cannot be pickled"))


def raise_unpicklable(text: str) -> NoReturn:
    """Raise an exception that cannot be pickled."""
    raise UnpicklableError(text)
