"""Records over a socket pair: the only file that knows how bytes travel.

A record is a header, and a body of buffers that are sent where they lie: the
pickler hands over large `bytes` and arrays without copying them, and the
kernel gathers them into the record, or into a memory file (see `memory`).
"""

from __future__ import annotations

import array
import mmap
import os
import socket
import time
from collections.abc import Sequence
from multiprocessing.reduction import ForkingPickler
from pickle import PickleBuffer
from typing import Any

from .arrays import pickle_as_stdlib
from .frames import INLINE_LIMIT, RECORD_LIMIT
from .memory import Buffer

#: a record, and the descriptor it carries
Record = tuple[memoryview, int | None]
_Ancillary = list[tuple[int, int, bytes]]
_Received = tuple[int, _Ancillary, int, Any]

PROTOCOL = 5
AWAKE_NS = 100_000  # 0.1 ms: to be woken costs as much
_IOV_MAX = 512  # buffers for one sendmsg(2); Linux allows 1024
DONTWAIT = int(socket.MSG_DONTWAIT)
_CLOSE_ON_EXEC = int(socket.MSG_CMSG_CLOEXEC)  # plain: an IntFlag's `|` costs a microsecond
#: the flags for a call, in a list of one that the call itself takes them from: so it is made once,
#: and not at all where somebody else has taken them
Permit = list[int]
SEND_NOW = DONTWAIT
RECEIVE_NOW = DONTWAIT | _CLOSE_ON_EXEC
_FD_SPACE = socket.CMSG_SPACE(array.array("i").itemsize)


class Body(list[Buffer]):
    """Buffers written one behind the other; what a pickler takes for a file."""

    write = list.append

    def unwrap(self) -> None:
        """Turn what large objects hand to the pickler by reference into bytes, or views of them.

        Arrays hand over themselves (PEP 574).  Of a bytearray a copy is taken: while it is lent,
        the threads that use it could not change its length.
        """
        written: list[Any] = self[:]
        for position, part in enumerate(written):
            if type(part) is PickleBuffer:
                self[position] = part.raw()
            elif type(part) is bytearray:
                self[position] = copy = bytes(part)
                # Another thread may have changed it since its length was written, right before.
                self[position - 1] = written[position - 1][:-8] + len(copy).to_bytes(8, "little")

    def freeze(self) -> None:
        """Copy what somebody may change."""
        if not self.is_own:
            self[:] = map(bytes, self)

    @property
    def is_own(self) -> bool:
        """Tell whether the pickle is all the pickler's, and refers to no memory of an object."""
        return len(self) <= 1

    @property
    def size(self) -> int:
        """Bytes in all buffers."""
        return sum(map(len, self))


def pickler_into(body: Body) -> ForkingPickler:
    """Return a pickler that appends to `body`, and honours what is registered."""
    pickler = ForkingPickler(body, PROTOCOL)
    pickle_as_stdlib(pickler)
    return pickler


def pickle_into(body: Body, obj: Any) -> int:
    """Append the pickle of `obj` to `body` and return its size in bytes.

    Honours reducers registered with `ForkingPickler`.
    Raises: whatever the object's own reduction raises; `body` is then as before.
    """
    before = len(body)
    try:
        pickler_into(body).dump(obj)
    except BaseException:
        del body[before:]
        raise
    if len(body) > before + 1:  # one that hands out buffers writes its own opcodes around them
        body.unwrap()
    return sum(map(len, body[before:]))


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Make the two ends of a worker's channel: the parent's, the worker's."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:  # a default timeout of the user's would end an idle worker
        end.settimeout(None)
    return ends


def receive_fds(sock: socket.socket, size: int, count: int) -> tuple[bytes, list[int]]:
    """Return one record of up to `size` bytes, empty at the end, and what it carries.

    Descriptors for which there is no room in this process are missing.  Not `socket.recv_fds`,
    which ignores the flags it is given, and so leaves them to programs that are executed.
    """
    record, ancillary, _, _ = sock.recvmsg(size, _FD_SPACE * count, _CLOSE_ON_EXEC)
    return record, _fds_in(ancillary)


def _fds_in(ancillary: _Ancillary) -> list[int]:
    return [fd for _, _, data in ancillary for fd in array.array("i", data)]


def fits_inline(size: int) -> bool:
    """Tell whether a body of `size` bytes travels in the record itself."""
    return size <= INLINE_LIMIT


def send(
    sock: socket.socket,
    header: bytes,
    body: Sequence[Buffer] = (),
    *,
    fd: int | None = None,
    flags: int = 0,
) -> None:
    """Send one record, with a descriptor where one is given.

    Raises: BlockingIOError with `MSG_DONTWAIT` on a socket that is full (nothing
    was sent); OSError when the other side is gone.
    """
    record = [header, *body] if len(body) < _IOV_MAX else [header, b"".join(body)]
    if fd is None:
        sock.sendmsg(record, (), flags)
    else:
        rights = array.array("i", [fd])
        sock.sendmsg(record, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)], flags)


class Receiver:
    """Reads records from one socket into one reused buffer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        # Not a bytearray, which writes 64 KiB of zeros.
        self._record = memoryview(mmap.mmap(-1, RECORD_LIMIT, flags=mmap.MAP_PRIVATE))
        self._kept: list[_Received] = []
        #: drop a record that was kept and shown; a call into C, where no signal handler runs
        self.forget = self._kept.clear

    def receive(self, flags: int = 0) -> Record | None:
        """Return the record that was kept, or the next one; None at the end.

        The record is valid until the next call; the descriptor is the caller's
        to close.
        Raises: BlockingIOError with `MSG_DONTWAIT` and nothing there.
        """
        if self._kept:
            return self._record_of(self._kept.pop())
        return self._record_of(
            self._sock.recvmsg_into([self._record], _FD_SPACE, flags | _CLOSE_ON_EXEC)
        )

    def receive_soon(self) -> Record | None:
        """As `receive`, for a record that may come at once: does not sleep before AWAKE_NS."""
        until = time.perf_counter_ns() + AWAKE_NS
        while time.perf_counter_ns() < until:
            try:
                return self.receive(DONTWAIT)
            except BlockingIOError:
                os.sched_yield()  # whoever has work goes first
        return self.receive()

    def keep(self, permit: Permit) -> Record | None:
        """Show the record that is there without taking it; None at the end, or without `permit`.

        Using up the permit, reading and keeping are one call into C: what a signal handler raises
        can come before or after it, and the record is not lost.
        """
        arguments = ((self._record,),), (_FD_SPACE,), map(list.pop, (permit,))
        try:
            self._kept.extend(map(self._sock.recvmsg_into, *arguments))
            return self._record_of(self._kept[0])
        except IndexError:  # there was no permit, or whoever withdrew it has taken the record too
            return None
        except BlockingIOError:  # another's wait was called off, and this one's ended
            permit.append(RECEIVE_NOW)
            return None

    def close(self) -> None:
        """Close what a record carries that was kept."""
        while self._kept:
            _, ancillary, _, _ = self._kept.pop()
            for fd in _fds_in(ancillary):
                os.close(fd)

    def has_kept(self) -> bool:
        """Tell whether a record is kept."""
        return bool(self._kept)

    def _record_of(self, received: _Received) -> Record | None:
        size, ancillary, _, _ = received
        if not size:
            return None
        fds = _fds_in(ancillary)
        return self._record[:size], fds[0] if fds else None
