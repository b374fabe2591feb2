"""Does no job any more once the input of an imap has raised."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("IMAP-14", "FAIL", "raised RuntimeError"),)


class Pool(multiprocessing.pool.Pool):
    """Takes the end of one input for its own."""

    _spoilt = False

    def _watching(self, iterable: Iterable[Any]) -> Iterator[Any]:
        try:
            yield from iterable
        except Exception:
            self._spoilt = True
            raise

    def imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Watch the input."""
        return super().imap(func, self._watching(iterable), chunksize)

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Refuse, if spoilt."""
        if self._spoilt:
            raise RuntimeError("an input has raised")
        return super().map(*args, **kwargs)
