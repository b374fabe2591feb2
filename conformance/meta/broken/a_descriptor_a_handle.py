"""Opens a descriptor for each call, to be told of its end by the kernel."""

import os
from typing import Any

from ..specimens import Caught
from ._wrapped import Handle, WrappingPool

CAUGHT = (Caught("MEM-08", "FAIL", "Too many open files"),)


class _PolledHandle(Handle):
    """Has something to poll."""

    def __init__(self, handle: Any) -> None:
        super().__init__(handle)
        self._done, self._tell = os.pipe()

    def __del__(self) -> None:
        for descriptor in vars(self).get("_done"), vars(self).get("_tell"):
            if descriptor is not None:
                os.close(descriptor)


class Pool(WrappingPool):
    """Hands out handles that can be polled."""

    def handle(self, handle: Any) -> Any:
        """Hand out one with a pipe."""
        return _PolledHandle(handle)
