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
        self._lent: MemoryFile | None = None
        #: sent before the last result of a frame, where the pool traces
        self.stopwatch: Stopwatch | None = None

    def begin(self, seq: int, lent: MemoryFile | None) -> None:
        """Make the following results belong to frame `seq`, which came with a file or without."""
        self._seq = seq
        self._lent = lent
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
        header = ResultHeader(kind, 0, 0, last, self._seq, first, count, elapsed_ns, size)
        if fits_inline(size):
            send(self._sock, pack_result(header), body)
            return
        try:
            self._send_in_file(header, body)
        except ConnectionError:  # the parent is gone
            raise
        except OSError as error:  # no descriptor, or no room, for so large a result
            failure = pack_error(error)
            if not count:  # it was about the frame as a whole, or about the initializer
                self.failure(kind, failure, first, 0, last=last)
            for position in range(first, first + count):
                ends = last and position == first + count - 1
                self.failure(ResultKind.FAILURE, failure, position, 1, last=ends)

    def _send_in_file(self, header: ResultHeader, body: Body) -> None:
        if self._lent is not None:
            # One use: the parent reads it when it likes, until the frame is over.
            lent, self._lent = self._lent, None
            lent.write(body)
            send(self._sock, pack_result(header._replace(in_file=1, lent=1)))
            return
        fresh = MemoryFile.create()
        try:
            fresh.write(body)
            send(self._sock, pack_result(header._replace(in_file=1)), fd=fresh.fd)
        finally:
            fresh.close()

    def given_back(self, seq: int, first: int) -> None:
        """Say that tasks of frame `seq` will not be started; any thread may do so."""
        header = ResultHeader(ResultKind.GIVEN_BACK, 0, 0, 0, seq, first, 0, 0, 0)
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
