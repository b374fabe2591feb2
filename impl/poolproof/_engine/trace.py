"""Which worker ran which item, and when: a file that opens in Perfetto.

A worker stamps the start and the end of each item in its claim slot (see `stopwatch`), and sends
the stamps before the frame's last result, or when the slot is full; of a worker
that died the parent reads them there.  It writes an event an item, in Chrome's
trace format.  Cost: some 0.5 us an item in the worker, 2.5 us in the parent, and
nothing where no trace is asked for.  The clock is CLOCK_MONOTONIC, which all
processes of a machine share.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .._front.arguments import check_path
from .._wire.claims import STAMPS_SENT, Slot

if TYPE_CHECKING:
    from .._link.ledger import Frame

_clock = time.perf_counter_ns


class _Item(NamedTuple):
    """The item of a worker's newest stamp."""

    seq: int
    number: int  # of the stamp in its frame
    task: int
    offset: int  # in the task
    kind: str
    job: int
    item: int
    start_ns: int
    end_ns: int
    lost: bool = False


class TraceWriter:
    """Writes the file; used by the dispatcher's thread alone.

    The list of events is closed at the end; a viewer accepts it unclosed, so a
    trace survives the death of its process.  The newest item of each worker is
    written with the next one: only a death tells that its outcome is lost.

    Not in it: what comes when the file cannot be written any more; a warning says
    so, and the pool goes on.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises: TypeError, ValueError for what names no file; OSError if it cannot be written."""
        check_path("trace", path)
        self._file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115  open as long as the pool
        self._file.write("[")
        self._separator = "\n"
        self._pid = os.getpid()
        self._lanes: set[int] = set()
        self._held: dict[int, _Item] = {}

    def items(self, worker: int, frame: Frame, first: int, stamps: memoryview) -> None:
        """Take in stamps of a frame, from number `first` on, without those that came before."""
        held = self._held.get(worker)
        known = held.number + 1 if held is not None and held.seq == frame.seq else 0
        flat = stamps.cast("Q").tolist()[3 * max(0, known - first) :]
        starts = flat[1::3]
        # Without an end is what runs, and what a Ctrl-C hit between its end and the stamp.
        ends_at_most = [*starts[1:], _clock()]
        for number, (task, start, end, at_most) in enumerate(
            zip(flat[::3], starts, flat[2::3], ends_at_most, strict=False), max(known, first)
        ):
            self._hold(worker, frame, number, task, start, end or at_most)

    def last_items(self, worker: int, frame: Frame, slot: Slot, lost: int | None) -> None:
        """Take in what a dead worker ran of a frame; task `lost` of it was running."""
        self.items(worker, frame, slot.fields[STAMPS_SENT], slot.stamped())
        if lost is None:
            return
        now = _clock()
        item = self._held.get(worker)
        if item is None or item.seq != frame.seq or item.task != lost:
            # It died before the item's own code ran: behind the item before, at the earliest.
            start = now if item is None or item.seq != frame.seq else item.end_ns
            item = self._hold(worker, frame, 0, lost, start, now)
        self._held[worker] = item._replace(end_ns=now, lost=True)

    def buried(self, worker: int, why: str | None) -> None:
        """Write the last item of a worker, and what it died of unless it was to end."""
        self._write(worker)
        if why is not None:
            self._name_lane(worker)
            self._event(name=f"worker lost: {why}", ph="i", s="t", ts=_clock() / 1e3, tid=worker)

    def _hold(
        self, worker: int, frame: Frame, number: int, task: int, start_ns: int, end_ns: int
    ) -> _Item:
        before = self._held.get(worker)
        same = before is not None and (before.seq, before.task) == (frame.seq, task)
        offset = before.offset + 1 if before is not None and same else 0
        self._write(worker)
        kind, (job, first) = frame.job.kind, frame.job.where(frame.span.start + task)
        item = _Item(frame.seq, number, task, offset, kind, job, first + offset, start_ns, end_ns)
        self._held[worker] = item
        return item

    def _write(self, worker: int) -> None:
        item = self._held.pop(worker, None)
        if item is None:
            return
        self._name_lane(worker)
        mark, lost = (" (lost)", ', "lost": true') if item.lost else ("", "")
        # By hand, in a third of the time: nothing in it needs quoting.
        self._append(
            f'{{"pid": {self._pid}, "tid": {worker}, "ph": "X", "cat": "{item.kind}", '
            f'"name": "{item.kind} {item.job}: item {item.item}{mark}", '
            f'"ts": {item.start_ns / 1e3}, "dur": {(item.end_ns - item.start_ns) / 1e3}, '
            f'"args": {{"job": {item.job}, "item": {item.item}{lost}}}}}'
        )

    def close(self) -> None:
        """Complete the file."""
        if not self._file.closed:
            for worker in list(self._held):
                self._write(worker)
            self._put("\n]\n")
            try:
                self._file.close()
            except OSError as error:  # what lay in its buffer
                self._give_up(error)

    def _name_lane(self, worker: int) -> None:
        if worker not in self._lanes:
            self._lanes.add(worker)
            self._event(name="thread_name", ph="M", tid=worker, args={"name": f"worker {worker}"})

    def _event(self, **fields: Any) -> None:
        self._append(json.dumps({"pid": self._pid, **fields}))

    def _append(self, event: str) -> None:
        self._put(f"{self._separator}{event}")
        self._separator = ",\n"

    def _put(self, text: str) -> None:
        if self._file.closed:  # it was given up
            return
        try:
            self._file.write(text)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        with suppress(OSError):  # the same again
            self._file.close()
        with suppress(Warning):  # made an error by a filter, it would end the dispatcher
            warnings.warn(
                f"the trace {self._file.name} is not complete: {error}",
                RuntimeWarning,
                stacklevel=2,
            )
