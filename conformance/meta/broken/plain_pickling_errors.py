"""Raises a plain PicklingError for a result that cannot be pickled."""

import multiprocessing.pool
import pickle
from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("PICKLE-04", "FAIL", "MaybeEncodingError to be raised"),)


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> Any:
        """Translate the error."""
        try:
            return super().get(timeout)
        except multiprocessing.pool.MaybeEncodingError as error:  # type: ignore[attr-defined]  # typeshed leaves it out
            raise pickle.PicklingError(str(error)) from error


class Pool(WrappingPool):
    """Does not tell arguments from results."""

    def handle(self, handle: Any) -> Any:
        """Translate what get() raises."""
        return _Handle(handle)
