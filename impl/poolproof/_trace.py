"""Which worker ran which item, and when: a file that opens in Perfetto.

A worker stamps the start and the end of each item and sends the stamps with
the frame's last result; the parent writes an event an item, in Chrome's trace
format.  Cost: some 0.5 us an item in the worker, as much in the parent, and
nothing where no trace is asked for.  The clock is CLOCK_MONOTONIC, which all
processes of a machine share.
"""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._arguments import check_path
from ._calls import Chunk
from ._claims import STARTED

if TYPE_CHECKING:
    from ._jobs import Job

_clock = time.perf_counter_ns


class Stopwatch:
    """Stamps the items that a worker runs; lives in the worker."""

    def __init__(self, fields: memoryview) -> None:
        self._fields = fields
        self._stamps = array("Q")

    def watch(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call` with each of its items stamped."""
        if isinstance(call, Chunk):
            return Chunk(self._stamped(call.func), call.star)
        return self._stamped(call)

    def _stamped(self, func: Callable[..., Any]) -> Callable[..., Any]:
        fields, stamps = self._fields, self._stamps

        def stamped(*args: Any) -> Any:
            start = _clock()
            try:
                return func(*args)
            finally:
                stamps.extend((fields[STARTED] - 1, start, _clock()))

        return stamped

    def take(self) -> bytes:
        """Return the stamps so far, and forget them."""
        taken = self._stamps.tobytes()
        del self._stamps[:]
        return taken


class TraceWriter:
    """Writes the file; used by the dispatcher's thread alone.

    The list of events is closed at the end; a viewer accepts it unclosed, so a
    trace survives the death of its process.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises: TypeError for what names no file; OSError when it cannot be written."""
        check_path("trace", path)
        self._file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115  open as long as the pool
        self._file.write("[")
        self._separator = "\n"
        self._lanes: set[int] = set()

    def items(self, worker: int, job: Job, start: int, stamps: memoryview) -> None:
        """Write the items of a frame; `start` is the position of its first task in the job."""
        self._name_lane(worker)
        for position, first_ns, last_ns in _numbered(stamps):
            task, offset = position
            job_id, item = job.where(start + task)
            self._event(
                name=f"{job.kind} {job_id}: item {item + offset}",
                cat=job.kind,
                ph="X",
                ts=first_ns / 1e3,
                dur=(last_ns - first_ns) / 1e3,
                tid=worker,
                args={"job": job_id, "item": item + offset},
            )

    def lost(self, worker: int, why: str) -> None:
        """Write that a worker died."""
        self._name_lane(worker)
        self._event(name=f"worker lost: {why}", ph="i", s="t", ts=_clock() / 1e3, tid=worker)

    def close(self) -> None:
        """Complete the file."""
        if not self._file.closed:
            self._file.write("\n]\n")
            self._file.close()

    def _name_lane(self, worker: int) -> None:
        if worker not in self._lanes:
            self._lanes.add(worker)
            self._event(name="thread_name", ph="M", tid=worker, args={"name": f"worker {worker}"})

    def _event(self, **fields: Any) -> None:
        self._file.write(f"{self._separator}{json.dumps({'pid': os.getpid(), **fields})}")
        self._separator = ",\n"


def _numbered(stamps: memoryview) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield (task, item within the task), start and end of each item."""
    flat = stamps.cast("Q").tolist()
    before, offset = -1, 0
    for task, start, end in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        offset = offset + 1 if task == before else 0
        before = task
        yield (task, offset), start, end
