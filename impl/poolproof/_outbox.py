"""What a worker says: the results of its frames, on their way to the parent."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from ._channel import Body, fits_inline, pickle_into, send
from ._frames import ResultHeader, ResultKind, pack_result
from ._memory import MemoryFile
from ._outcome import Failure, pack_error

if TYPE_CHECKING:
    from ._trace import Stopwatch


class Outbox:
    """Sends results of one frame at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._seq = 0
        self._started_ns = 0
        self._file: MemoryFile | None = None  # the frame's, ...
        self._made: MemoryFile | None = None  # ... which had none before
        self._written = 0  # bytes of it that hold results
        #: sent before the last result of a frame, where the pool traces
        self.stopwatch: Stopwatch | None = None

    def begin(self, seq: int, lent: MemoryFile | None) -> None:
        """Make the following results belong to frame `seq`, which came with a file or without."""
        self._seq = seq
        self._file, self._written = lent, 0
        self.start_clock()

    def start_clock(self) -> None:
        """Count what the frame takes from now on."""
        self._started_ns = time.perf_counter_ns()

    def send(
        self, kind: ResultKind, first: int, count: int, body: Body, *, last: bool = False
    ) -> None:
        """Send one result about `count` items from `first` on; blocks while the pipe is full."""
        if last and self.stopwatch is not None:
            self.stopwatch.send()
        size = body.size
        elapsed_ns = time.perf_counter_ns() - self._started_ns
        header = ResultHeader(kind, 0, last, self._seq, first, count, elapsed_ns, size, 0)
        if fits_inline(size):
            send(self._sock, pack_result(header), body)
        else:
            self._send_large(header, body)
        if last:
            self._end()

    def _send_large(self, header: ResultHeader, body: Body) -> None:
        try:
            self._send_in_file(header, body)
        except ConnectionError:  # the parent is gone
            raise
        except OSError as error:  # no descriptor, or no room, for so large a result
            failure, behind = pack_error(error), header.first + header.tasks
            if not header.tasks:  # it was about the frame as a whole, or about the initializer
                self.failure(ResultKind(header.kind), failure, header.first, 0, last=header.last)
            for position in range(header.first, behind):
                ends = header.last and position == behind - 1
                self.failure(ResultKind.FAILURE, failure, position, 1, last=ends)

    def _send_in_file(self, header: ResultHeader, body: Body) -> None:
        # One behind the other: the parent reads each when it likes, until the frame is over.
        header = header._replace(in_file=1, offset=self._written)
        if self._file is not None:
            self._file.write(body, self._written)
            send(self._sock, pack_result(header))
        else:
            self._send_with_file(header, body)
        self._written += header.size

    def _send_with_file(self, header: ResultHeader, body: Body) -> None:
        made = MemoryFile.create()
        try:
            made.write(body)
            send(self._sock, pack_result(header), fd=made.fd)
        except BaseException:
            made.close()
            raise
        self._file = self._made = made

    def _end(self) -> None:
        """The frame is over, and its file the parent's alone."""
        self._file = None
        if self._made is not None:
            self._made.close()
            self._made = None

    def given_back(self, seq: int, first: int) -> None:
        """Say that tasks of frame `seq` will not be started; any thread may do so."""
        header = ResultHeader(ResultKind.GIVEN_BACK, 0, False, seq, first, 0, 0, 0, 0)
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
