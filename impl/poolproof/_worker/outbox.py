"""What a worker says: the results of its frames, on their way to the parent."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from .._wire.channel import Body, fits_inline, pickle_into, send
from .._wire.frames import LENT_FILE, ResultHeader, ResultKind, pack_result
from .._wire.memory import MemoryFile
from .._wire.outcome import Failure, pack_error

if TYPE_CHECKING:
    from .stopwatch import Stopwatch


class Outbox:
    """Sends results of one frame at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._seq = 0
        self._started_ns = 0
        self._file: MemoryFile | None = None  # the frame's
        self._number = LENT_FILE  # of that file, among the frame's
        self._written = 0  # bytes of it that hold results
        #: sent before the last result of a frame, where the pool traces
        self.stopwatch: Stopwatch | None = None

    def begin(self, seq: int, lent: MemoryFile | None) -> None:
        """Make the following results belong to frame `seq`, which came with a file or without."""
        self._seq = seq
        self._file, self._number, self._written = lent, LENT_FILE, 0
        self.start_clock()

    def start_clock(self) -> None:
        """Count what the frame takes from now on."""
        self._started_ns = time.perf_counter_ns()

    def send(
        self, kind: ResultKind, first: int, count: int, body: Body, *, last: bool = False
    ) -> None:
        """Send one result about `count` items from `first` on; blocks while the pipe is full.

        Raises: OSError, and nothing is sent, where no file can be had for the values of several
        items; one by one they may do without.
        """
        if last and self.stopwatch is not None:
            self.stopwatch.send()
        size = body.size
        elapsed_ns = time.perf_counter_ns() - self._started_ns
        header = ResultHeader(kind, last, 0, self._seq, first, count, elapsed_ns, size, 0)
        if fits_inline(size):
            send(self._sock, pack_result(header), body)
        else:
            self._send_large(header, body)
        if last:
            self._drop_file()

    def _send_large(self, header: ResultHeader, body: Body) -> None:
        try:
            self._send_in_file(header, body)
        except ConnectionError:  # the parent is gone
            raise
        except OSError as error:  # no descriptor, or no room, for so large a result
            if header.tasks > 1:
                raise
            # About no task is what concerns the frame as a whole, or the initializer.
            kind = ResultKind.FAILURE if header.tasks else ResultKind(header.kind)
            self.failure(kind, pack_error(error), header.first, header.tasks, last=header.last)

    def _send_in_file(self, header: ResultHeader, body: Body) -> None:
        # One behind the other: the parent reads each when it likes, until the frame is over.
        if self._file is not None and self._written_to(self._file, body):
            in_file = header._replace(in_file=self._number, offset=self._written)
            self._written += header.size
            send(self._sock, pack_result(in_file))
        else:
            self._send_with_file(header, body)

    def _written_to(self, file: MemoryFile, body: Body) -> bool:
        try:
            file.write(body, self._written)
        except OSError:  # no room behind the others: where files are limited, one has it by itself
            return False
        return True

    def _send_with_file(self, header: ResultHeader, body: Body) -> None:
        made = MemoryFile.create()
        try:
            made.write(body)
            self._drop_file()
            self._number += 1
            send(self._sock, pack_result(header._replace(in_file=self._number)), fd=made.fd)
        except BaseException:
            made.close()
            raise
        self._file, self._written = made, header.size

    def _drop_file(self) -> None:
        """Have no file: the parent reads it, and has it for another frame when it likes."""
        if self._file is not None and self._number > LENT_FILE:  # what is lent stays open
            self._file.close()
        self._file = None

    def disown(self) -> None:
        """Write nothing more: this is a process that a task has forked."""
        self._drop_file()

    def given_back(self, seq: int, first: int) -> None:
        """Say that tasks of frame `seq` will not be started; any thread may do so."""
        header = ResultHeader(ResultKind.GIVEN_BACK, False, 0, seq, first, 0, 0, 0, 0)
        send(self._sock, pack_result(header))

    def failure(
        self,
        kind: ResultKind,
        failure: Failure,
        first: int = 0,
        count: int = 0,
        *,
        last: bool = True,
    ) -> None:
        """Send an error."""
        body = Body()
        pickle_into(body, failure)
        self.send(kind, first, count, body, last=last)
