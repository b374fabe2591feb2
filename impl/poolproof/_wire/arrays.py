"""How NumPy's arrays are pickled: as the standard library's pool has them, but for large ones.

By protocol 4, which that uses, an array is copied into the pickle, and out of it: so a task has an
array that it may write to, and resize, whatever the caller's was.  By protocol 5 an array hands
over its memory, which is faster and is kept here for those where it makes a difference; but what
was read only stays so, and many are: views of a frame of pandas, images, `np.frombuffer`.
"""

from __future__ import annotations

import sys
from multiprocessing.reduction import ForkingPickler
from typing import Any

LARGE_BYTES = 64 << 10  # 64 KiB: what a pickler hands over without copying it


def pickle_as_stdlib(pickler: ForkingPickler) -> None:
    """Have a pickler copy small and odd arrays, where NumPy is there and nobody else has a say."""
    array_type = getattr(sys.modules.get("numpy"), "ndarray", None)
    if array_type is not None:
        table: Any = pickler.dispatch_table  # its own
        table.setdefault(array_type, _reduce)


def _reduce(array: Any) -> Any:
    in_place = array.nbytes >= LARGE_BYTES and array.flags.writeable and array.dtype.isnative
    return array.__reduce_ex__(5 if in_place else 4)
