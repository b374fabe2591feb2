"""How long a pool takes to come and to go, under each start method."""

from multiprocessing.pool import Pool as StdlibPool

from ._pools import Timed, WarmPool, open_pool, pool_class
from ._work import noop


class StartUp(Timed):
    """From nothing to the first result."""

    pool: StdlibPool

    def teardown(self, *_: object) -> None:
        """Leave no worker to the next sample; nothing to do where there was no pool."""
        if hasattr(self, "pool"):
            self.pool.terminate()
            self.pool.join()

    def setup(self, pool: str, _start_method: str) -> None:
        """Open nothing before the clock starts; learn whether this commit has the pool."""
        pool_class(pool)

    def time_first_result(self, pool: str, start_method: str) -> None:
        """Open the pool and get one result from it."""
        self.pool = open_pool(pool, start_method)
        self.pool.apply(noop)


class Shutdown(WarmPool):
    """From the last result to the last worker gone."""

    def time_close_join(self, *_: object) -> None:
        """Close and join a warm, idle pool."""
        self.pool.close()
        self.pool.join()
