"""What the pools share that load the same bytes once."""

import functools
import pickle
from typing import Any


@functools.cache
def loaded_once(data: bytes) -> Any:
    """Load a pickle, or return what was loaded of the same one before."""
    return pickle.loads(data)
