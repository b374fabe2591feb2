"""Workers sleep for a random while before they start."""

import random
import time

from ..first_thing import FirstThing


class Pool(FirstThing):
    """Its workers come up one after the other, in no order."""

    @staticmethod
    def first() -> None:
        """Sleep."""
        time.sleep(random.random() / 20)  # noqa: S311 - jitter is no secret
