"""The result handler: turns what workers send into outcomes of jobs."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from .._front.job_queue import JobQueue
from .._front.jobs import Span
from .._link.ledger import Frame
from .._link.link import Link
from .._wire.claims import split_log
from .._wire.frames import RESULT_HEADER_SIZE, ResultHeader, ResultKind, unpack_result
from .._wire.memory import MemoryFile, body_of
from .._wire.outcome import load
from .._wire.unpacking import undeliverable, unpack_error
from .delivery import deliver_outcomes, deliver_values
from .shelf import Shelf

if TYPE_CHECKING:
    from .trace import TraceWriter

RECORDS_PER_TURN = 64  # of one worker, so that it cannot keep the others waiting
STARTUP_STEPS: dict[int, str] = {
    ResultKind.BROKEN: "the initializer",
    ResultKind.UNFIT: "preparing the last one",
}
_OF_NO_FRAME = {*STARTUP_STEPS, ResultKind.READY, ResultKind.GIVEN_BACK}  # of one that may be over


class ResultHandler:
    """Reads records and delivers them."""

    def __init__(self, jobs: JobQueue, shelf: Shelf, trace: TraceWriter | None) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._trace = trace

    def drain(self, link: Link, limit: int = RECORDS_PER_TURN) -> int:
        """Take up to `limit` records that are there now; return how many there were."""
        for count in range(limit):
            received = link.receive()
            if received is None:
                return count
            record, fd = received
            header = unpack_result(record)
            self._receive(link, header, record[RESULT_HEADER_SIZE:], fd)
        return limit

    def _receive(
        self, link: Link, header: ResultHeader, inline: memoryview, fd: int | None
    ) -> None:
        if _is_repeated(link, header):
            if fd is not None:
                os.close(fd)
            return
        made = None if fd is None else MemoryFile(fd)
        in_file, offset = bool(header.in_file), header.offset
        with ExitStack() as stack:
            if link.ledger:
                file = self._file_of(link, header, made)
            else:  # the worker tells of its initializer
                file = None if made is None else stack.enter_context(closing(made))
            try:
                body = stack.enter_context(
                    body_of(inline, header.size, file, in_file=in_file, offset=offset)
                )
            except OSError as error:  # no descriptor, or no memory, for so large a result
                self._lose(link, header, error)
            else:
                self._take(link, header, body)

    def _file_of(
        self, link: Link, header: ResultHeader, made: MemoryFile | None
    ) -> MemoryFile | None:
        """Return the file that a result lies in, None where that has not arrived."""
        frame = link.ledger[0]
        if made is not None:
            self._shelf.adopt(frame, made, header.in_file)
            for sent in link.ledger:  # from now on frames of its job bring one along
                sent.job.sizer.expects_large = True
        return self._shelf.file_of(frame, header.in_file) if header.in_file else None

    def trace_rest(self, link: Link) -> None:
        """Take in what a worker ran that `terminate()` has ended.

        Its outcomes stay unread: to load them is to run user code, which may block.
        """
        if self._trace is None:
            return
        frames = {frame.seq: frame for frame in link.ledger}
        while (received := link.receive()) is not None:
            record, fd = received
            if fd is not None:
                os.close(fd)
            header = unpack_result(record)
            if header.kind == ResultKind.STAMPS and header.seq in frames:
                body = record[RESULT_HEADER_SIZE:]
                self._trace.items(link.pid, frames[header.seq], header.first, body)
        if (frame := frames.get(link.slot.read().seq)) is not None:
            self._trace.last_items(link.pid, frame, link.slot, link.slot.running())

    def reclaim(self, frame: Frame) -> None:
        """Take back what was lent to a worker that is dead."""
        self._shelf.take_from(frame)

    def _take(self, link: Link, header: ResultHeader, body: memoryview) -> None:
        if header.kind == ResultKind.READY:
            link.ready = True
            return
        if header.kind in STARTUP_STEPS:
            self._not_started(link, header, unpack_error(load(body)))
            return
        if header.kind == ResultKind.GIVEN_BACK:
            self._given_back(link, header)
            return
        frame = link.ledger[0]
        if frame.carries_call and header.kind != ResultKind.UNCALLABLE:
            frame.carries_call = False
            link.calls.learn(frame.job.call_id)
            if not self._jobs.is_open(frame.job):  # the others have all its outcomes
                link.calls.forget(frame.job.call_id, heavy=frame.job.packer.heavy)
        if header.kind in (ResultKind.UNLOADED, ResultKind.UNCALLABLE):
            self._not_loaded(link, frame, header, unpack_error(load(body)))
            return
        if header.kind == ResultKind.STAMPS:
            if self._trace is not None:
                self._trace.items(link.pid, frame, header.first, body)
            return
        if header.tasks:
            frame.job.sizer.weigh(header.tasks, header.size)
            self._deliver(frame, header, body)
        self._advance(link, frame, header)

    def _not_started(self, link: Link, header: ResultHeader, error: BaseException) -> None:
        link.startup_error = error
        link.startup_step = STARTUP_STEPS[header.kind]

    def _given_back(self, link: Link, header: ResultHeader) -> None:
        frame = link.ledger[0] if link.ledger else None
        if frame is not None and frame.seq == header.seq:  # else it was over first
            self._requeue(link, frame, frame.shorten(header.first))

    def _lose(self, link: Link, header: ResultHeader, error: OSError) -> None:
        """Fail what a result is about that cannot be read here."""
        if header.kind in STARTUP_STEPS:
            self._not_started(link, header, error)
            return
        frame = link.ledger[0]
        if header.kind in (ResultKind.UNLOADED, ResultKind.UNCALLABLE):
            self._not_loaded(link, frame, header, error)
            return
        shown = undeliverable(error, "the result could not be read in the parent process")
        for position in range(header.first, header.first + header.tasks):
            frame.job.fail(frame.span.start + position, shown)
        self._advance(link, frame, header)

    def _advance(self, link: Link, frame: Frame, header: ResultHeader) -> None:
        """Book a result, and the end of its frame."""
        frame.delivered = header.first + header.tasks
        if header.last:
            self._shelf.take_from(link.ledger.popleft())
            frame.job.sizer.observe(frame.delivered, header.elapsed_ns)
            self._requeue(link, frame, frame.rest(frame.delivered))
        self._jobs.finish_if_complete(frame.job)

    def _requeue(self, link: Link, frame: Frame, rest: Span) -> None:
        link.refund(frame.job, rest)
        self._jobs.requeue(frame.job, rest)

    def _deliver(self, frame: Frame, header: ResultHeader, body: memoryview) -> None:
        start = frame.span.start + header.first
        if header.kind == ResultKind.VALUES:
            deliver_values(frame.job, start, header.tasks, body)
        elif header.kind == ResultKind.FAILURE:
            frame.job.fail(start, unpack_error(load(body)))
        else:
            deliver_outcomes(frame.job, start, split_log(body, header.tasks))

    def _not_loaded(
        self, link: Link, frame: Frame, header: ResultHeader, error: BaseException
    ) -> None:
        """Nothing of the frame ran: fail what is to blame, send the rest again."""
        self._shelf.take_from(link.ledger.popleft())
        if header.kind == ResultKind.UNCALLABLE:
            frame.job.sizer.observe(len(frame.span.tasks), 1)
        elif len(frame.span.tasks) > 1:
            self._jobs.requeue_suspects(frame.job, frame.span)
            return
        for position in range(len(frame.span.tasks)):
            frame.job.fail(frame.span.start + position, error)
        self._jobs.finish_if_complete(frame.job)


def _is_repeated(link: Link, header: ResultHeader) -> bool:
    """Tell whether a worker says again what it has said.

    It does where a signal handler of a task's raises behind the sending, before that is noted.
    """
    if header.kind in _OF_NO_FRAME:
        return False
    if not link.ledger or header.seq < link.ledger[0].seq:
        return True
    frame = link.ledger[0]
    assert header.seq == frame.seq, f"results out of order: {header} for frame {frame.seq}"
    return header.kind != ResultKind.STAMPS and header.first < frame.delivered
