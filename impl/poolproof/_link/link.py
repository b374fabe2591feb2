"""The parent's end of one worker: its process, its channel, and what it was given.

The ledger holds the frames that were sent and are not finished, in order.
There is no acknowledgement: the channel is private and results come in order,
so the ledger, the claim slot and the unread records say between them where
every task is, at any instant, dead worker or not.
"""

from __future__ import annotations

import os
import signal
import socket
from collections import deque
from contextlib import ExitStack, suppress
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from .._front.jobs import Job, Span
from .._process import kinship
from .._process.replacement import Replacement
from .._process.template import readable, send_signal
from .._wire import claims, descriptors
from .._wire.channel import DONTWAIT, Body, Receiver, Record, send
from .._wire.frames import TaskHeader, TaskKind, pack_task, unpack_task
from .bell import Bell
from .exchange import Exchange
from .known_calls import KnownCalls
from .ledger import Frame

if TYPE_CHECKING:
    from .allowance import Allowance

REAP_S = 5.0  # how long the exit status of a dead process may take to arrive


class Link:
    """One worker, seen from the parent; used by whoever holds it (see `loans`)."""

    def __init__(self, process: BaseProcess, own: socket.socket, peer: socket.socket) -> None:
        self.process = process
        self.pid = process.pid or 0
        self.ledger: deque[Frame] = deque()
        self.ready = False
        #: the dispatcher holds it (see `loans`)
        self.held = True
        #: has run one task for long (see `relief`)
        self.stuck = False
        #: the running task has begun later than this, in seconds of the monotonic clock
        self.begun_after = 0.0
        #: died while it was on loan
        self.lost = False
        #: until it retires (maxtasksperchild), None without limit
        self.allowance: Allowance | None = None
        #: has been sent all that its allowance allows; what it gives back changes that
        self.spent = False
        #: is one more than the pool is to have, and no longer needed (see `spares`)
        self.surplus = False
        #: has been sent the sentinel
        self.retiring = False
        self.startup_error: BaseException | None = None
        #: what has raised that
        self.startup_step = ""
        #: the callables that the worker has
        self.calls = KnownCalls()
        self._seq = 0
        self._sock = own
        # The worker's end stays open here, so that a frame it has not read can be taken back.
        self._peer = peer
        self._receiver = Receiver(own)
        self._unread = Receiver(peer)
        #: the way of who borrows the link
        self.exchange = Exchange(own, self._receiver, self.ledger)
        with ExitStack() as undo:  # the last descriptor may be one too many
            self.slot = self._send_slot()
            undo.callback(self.slot.close)
            #: what the worker is asked by, while it runs a frame
            self.bell = Bell(self.slot, self.ledger)
            undo.callback(self.bell.event.close)
            self._greet(self.bell.event.fd)
            self.death_fd = _death_fd(process)
            undo.callback(os.close, self.death_fd)
            self._descriptors = undo.pop_all()

    def _send_slot(self) -> claims.Slot:
        fd = claims.create()
        try:
            self._greet(fd)
            return claims.Slot(fd)
        finally:
            os.close(fd)

    def _greet(self, fd: int) -> None:
        send(self._sock, pack_task(TaskHeader(TaskKind.HELLO)), fd=fd)

    @property
    def idle(self) -> bool:
        """Tell whether the worker waits for a task, and may have one."""
        return self.ready and not (self.ledger or self.leaving or self.retiring)

    @property
    def leaving(self) -> bool:
        """Tell whether the worker is to exit behind what it has."""
        return self.spent or self.surplus

    def charge(self, job: Job, span: Span) -> None:
        """Count tasks that were sent against the allowance."""
        if self.allowance is not None:
            self.spent = self.allowance.charge(job.order, len(span.tasks), job.packer.per_unit)

    def refund(self, job: Job, span: Span) -> None:
        """Tasks that were charged do not run here after all."""
        if self.allowance is not None and span.tasks:
            self.allowance.refund(len(span.tasks), job.packer.per_unit)
            self.spent = False

    def fileno(self) -> int:
        """Return the descriptor that becomes readable with a result."""
        return self._sock.fileno()

    def send_frame(self, frame: Frame, header: TaskHeader, body: Body) -> None:
        """Send a frame and enter it in the ledger.

        Raises: BlockingIOError when the channel is full; nothing has been sent then.
        """
        self.tell_stale(but=1)
        stale = self.calls.stale
        if stale:  # the last one rides along: a message costs as much as a frame
            header = header._replace(forget=stale[0])
        fd = None if frame.file is None else frame.file.fd
        inline = () if header.in_file else body
        send(self._sock, pack_task(header), inline, fd=fd, flags=DONTWAIT)
        stale.clear()
        self.ledger.append(frame)

    def tell_stale(self, but: int = 0) -> None:
        """Tell the worker what callables it may forget, all but so many.

        Raises: BlockingIOError when the channel is full.
        """
        stale = self.calls.stale
        while len(stale) > but:
            self._tell(TaskKind.FORGET, stale[-1])
            stale.pop()  # only now: the channel may be full
        self.calls.urgent = self.calls.urgent and bool(stale)

    def hang_up(self) -> None:
        """End a caller's wait for a result that will not come."""
        with suppress(OSError):  # it has been closed
            self._peer.shutdown(socket.SHUT_WR)

    def next_seq(self) -> int:
        """Return a number for the next frame."""
        self._seq += 1
        return self._seq

    def dismiss(self) -> None:
        """Send the sentinel: the worker exits behind its last frame."""
        self.retiring = True
        with suppress(OSError):  # no frame is out: a worker with a full channel, or none, is dead
            self._tell(TaskKind.STOP)

    def _tell(self, kind: TaskKind, forget: int = 0) -> None:
        send(self._sock, pack_task(TaskHeader(kind, forget=forget)), flags=DONTWAIT)

    def receive(self) -> Record | None:
        """Return the next record and its descriptor, None when there is none now."""
        try:
            return self._receiver.receive(DONTWAIT)
        except BlockingIOError:
            return None
        except ConnectionResetError:  # it died with unread frames; what it sent was read before
            return None

    def take_back(self) -> Frame | None:
        """Take back the oldest frame that the worker has not read; the kernel arbitrates."""
        while (header := self._unread_header()) is not None:
            if header.forget:
                self.calls.stale.append(header.forget)
            if header.kind == TaskKind.RUN:
                frame = next(f for f in self.ledger if f.seq == header.seq)
                self.ledger.remove(frame)
                return frame
        return None

    def _unread_header(self) -> TaskHeader | None:
        try:
            received = self._unread.receive(DONTWAIT)
        except BlockingIOError:
            return None
        if received is None:
            return None
        record, fd = received
        if fd is not None:
            os.close(fd)
        return unpack_task(record)

    def dead(self) -> bool:
        """Tell whether the process has ended."""
        return readable(self.death_fd)

    def send_signal(self, number: int) -> None:
        """Send a signal, if the process has not ended."""
        # Not by the process object: under forkserver that takes it for dead once the server is.
        if not send_signal(self.death_fd, number):
            end = self.process.terminate if number == signal.SIGTERM else self.process.kill
            end()

    def reap(self, timeout_s: float = REAP_S) -> int | None:
        """Return the exit code of a process that has ended, and leave no zombie."""
        if self.process.exitcode is None:
            # Under forkserver, and from a template, the status comes a moment after the death.
            self.process.join(timeout_s)
        if self.process.exitcode is None and self.dead():
            # Its status went elsewhere (SIGCHLD is ignored), and its pid may be another's by now.
            kinship.forget(self.process)
        return self.process.exitcode

    def close(self) -> None:
        """Close everything that belongs to this worker here."""
        self.close_descriptors()
        if isinstance(self.process, BaseProcess):  # a custom context's can do less
            descriptors.let_go(self.process)

    def close_descriptors(self) -> None:
        """Close all but the process object; what is closed stays so if this is tried again."""
        self._sock.close()
        self._peer.close()
        self.exchange.close()
        self._receiver.close()
        self._descriptors.close()


def _death_fd(process: BaseProcess) -> int:
    """Return a descriptor that becomes readable when the process ends.

    Not `process.sentinel` where it is a pipe: that stays open in what a task forks.
    """
    if isinstance(process, Replacement):
        return os.dup(process.sentinel)
    try:
        assert process.pid is not None
        return os.pidfd_open(process.pid)
    except OSError:
        return os.dup(process.sentinel)
