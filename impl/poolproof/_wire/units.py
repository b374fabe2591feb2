"""Units: the tasks that are pickled together, as they are in the standard library.

A unit is one task; of a `map` without a chunksize, those that would be one chunk there.  A frame
may carry many units, and parts of them: each part is a pickle of its own, behind a table of their
ends.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from .channel import Body
from .outcome import load

_END = 8  # bytes of an end in the table


class OneByOne:
    """Calls a callable with tasks each of which is loaded when it is to run.

    So what loading a task does comes behind what the task before it has done, and does not come
    twice where the task is given back.
    """

    def __init__(self, call: Callable[[Any], Any]) -> None:
        self._call = call

    def __call__(self, pickled: bytes) -> Any:
        """Load a part of one task, and run that.

        Raises: whatever either raises.
        """
        (task,) = load(pickled)
        return self._call(task)


def count_parts(start: int, tasks: int, per_unit: int) -> int:
    """Return in how many parts a frame of `tasks` tasks is cut."""
    return (start + tasks - 1) // per_unit - start // per_unit + 1


def parts_of(start: int, tasks: int, per_unit: int) -> list[slice]:
    """Return where a frame of `tasks` tasks is cut, the first of them task `start` of its job."""
    first = per_unit - start % per_unit
    ends = [*range(first, tasks, per_unit), tasks]
    return list(map(slice, [0, *ends[:-1]], ends))


def join(parts: list[Body]) -> Body:
    """Return a body of all the pickles."""
    if len(parts) == 1:
        return parts[0]
    ends = array("Q")
    end = 0
    for part in parts:
        end += part.size
        ends.append(end)
    body = Body([ends.tobytes()])
    for part in parts:
        body.extend(part)
    return body


def split(body: memoryview, parts: int) -> list[memoryview]:
    """Take apart what `join` has put together."""
    if parts == 1:
        return [body]
    ends = body[: parts * _END].cast("Q").tolist()
    pickles = body[parts * _END :]
    return [pickles[start:end] for start, end in zip([0, *ends], ends, strict=False)]
