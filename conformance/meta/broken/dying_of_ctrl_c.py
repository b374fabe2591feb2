"""Has workers that end at once on Ctrl-C, and leave locked what they had locked."""

import signal

from ..first_thing import FirstThing
from ..specimens import Caught

CAUGHT = (Caught("SIG-04", "HANG", "HANG @ get"),)


class Pool(FirstThing):
    """An idle worker waits for a task while it holds the lock of the task pipe."""

    @staticmethod
    def first() -> None:
        """Have SIGINT end the worker."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
