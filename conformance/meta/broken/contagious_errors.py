"""Once a job has failed, every later result is that error."""

from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("ERR-08", "FAIL", "ValueError"),)


class _Contagious(Handle):
    def __init__(self, handle: Any, errors: list[Exception]) -> None:
        super().__init__(handle)
        self._errors = errors

    def get(self, timeout: float | None = None) -> Any:
        """Raise the first error that any job had."""
        if self._errors:
            raise self._errors[0]
        try:
            return super().get(timeout)
        except Exception as error:
            self._errors.append(error)
            raise


class Pool(WrappingPool):
    """Keeps one error for all jobs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._errors: list[Exception] = []

    def handle(self, handle: Any) -> Any:
        """Share the errors among all handles."""
        return _Contagious(handle, self._errors)
