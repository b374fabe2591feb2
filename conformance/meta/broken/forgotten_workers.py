"""Forgets the workers it has started when the next one cannot be started."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("API-08", "FAIL", "processes left"),)


class Pool(multiprocessing.pool.Pool):
    """Starts afresh after an error."""

    def _repopulate_pool(self) -> None:
        try:
            super()._repopulate_pool()  # type: ignore[misc]  # not in typeshed
        except OSError:
            mine: list[object] = vars(self)["_pool"]
            _forgotten.extend(mine)
            mine.clear()
            raise


_forgotten: list[object] = []
