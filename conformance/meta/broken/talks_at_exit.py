"""Writes a line to the program's output when it is made while the program ends."""

import multiprocessing.pool
import sys
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-30", "DIFFERS", "the program's output"),)


class Pool(multiprocessing.pool.Pool):
    """Complains about the hour."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not threading.main_thread().is_alive():
            sys.stdout.write("it is late\n")
        super().__init__(*args, **kwargs)
