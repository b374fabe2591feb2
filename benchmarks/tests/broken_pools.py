"""Pools that a comparison must survive; subjects of the tests, reached by name."""

import multiprocessing.pool
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


class _Broken(multiprocessing.pool.Pool):
    """The stdlib's Pool until its second map with a chunksize of one."""

    _warm = False

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Answer once, for the warm-up; then break."""
        if self._warm and chunksize == 1:
            return self._break(super().map(func, iterable, chunksize))
        self._warm = chunksize == 1
        return super().map(func, iterable, chunksize)

    def _break(self, values: list[Any]) -> list[Any]:
        raise NotImplementedError


class HangingPool(_Broken):
    """Never answers; says so in the FIFO that `HANGING_FIFO` names, if any."""

    def _break(self, values: list[Any]) -> list[Any]:
        if fifo := os.environ.get("HANGING_FIFO"):
            Path(fifo).write_text("hangs")
        threading.Event().wait()
        return values


class DyingPool(_Broken):
    """Takes its process along."""

    def _break(self, _values: list[Any]) -> list[Any]:
        os._exit(7)


class LosingPool(_Broken):
    """Loses the last item."""

    def _break(self, values: list[Any]) -> list[Any]:
        return values[:-1]
