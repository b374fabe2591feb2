"""Records over a socket pair: the only file that knows how bytes travel.

A record is a header, and a body of buffers that are sent where they lie: the
pickler hands over large `bytes` and arrays without copying them, and the
kernel gathers them into the record or into a memory file.
"""

from __future__ import annotations

import array
import mmap
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ._frames import INLINE_LIMIT, RECORD_LIMIT

PROTOCOL = 5
_IOV_MAX = 512  # buffers for one writev(2); Linux allows 1024
_FD_SPACE = socket.CMSG_SPACE(array.array("i").itemsize)

Buffer = bytes | bytearray | memoryview


class Body(list[Buffer]):
    """Buffers written one behind the other; what a pickler takes for a file."""

    write = list.append

    @property
    def size(self) -> int:
        """Bytes in all buffers."""
        return sum(map(len, self))


def pickle_into(body: Body, obj: Any) -> int:
    """Append the pickle of `obj` to `body` and return its size in bytes.

    Honours reducers registered with `ForkingPickler`.
    Raises: whatever the object's own reduction raises; `body` is then as before.
    """
    before = len(body)
    try:
        ForkingPickler(body, PROTOCOL).dump(obj)
    except BaseException:
        del body[before:]
        raise
    return sum(map(len, body[before:]))


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Make the two ends of a worker's channel: the parent's, the worker's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def fits_inline(size: int) -> bool:
    """Tell whether a body of `size` bytes travels in the record itself."""
    return size <= INLINE_LIMIT


def send(sock: socket.socket, header: bytes, body: Sequence[Buffer], *, inline: bool) -> None:
    """Send one record.

    Raises: BlockingIOError on a non-blocking socket that is full (nothing was
    sent); OSError when the other side is gone or a descriptor cannot be had.
    """
    if inline:
        record = [header, *body] if len(body) < _IOV_MAX else [header, b"".join(body)]
        sock.sendmsg(record)
        return
    with memory_file(body) as fd:
        send_descriptor(sock, header, fd)


def send_descriptor(sock: socket.socket, header: bytes, fd: int) -> None:
    """Send a header that carries a descriptor."""
    sock.sendmsg([header], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])


@contextmanager
def memory_file(body: Sequence[Buffer]) -> Iterator[int]:
    """Write the buffers to an anonymous file and lend its descriptor."""
    fd = os.memfd_create("poolproof-frame")
    try:
        for start in range(0, len(body), _IOV_MAX):
            _write_all(fd, [memoryview(b).cast("B") for b in body[start : start + _IOV_MAX]])
        yield fd
    finally:
        os.close(fd)


def _write_all(fd: int, pending: list[memoryview]) -> None:
    while pending:
        written = os.writev(fd, pending)
        while pending and written >= len(pending[0]):
            written -= len(pending.pop(0))
        if written:
            pending[0] = pending[0][written:]


class Receiver:
    """Reads records from one socket into one reused buffer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._record = memoryview(bytearray(RECORD_LIMIT))

    def receive(self, flags: int = 0) -> tuple[memoryview, int | None] | None:
        """Return one record and the descriptor it carries, or None at the end.

        The record is valid until the next call; the descriptor is the caller's
        to close.
        Raises: BlockingIOError with `MSG_DONTWAIT` and nothing there.
        """
        size, ancillary, _, _ = self._sock.recvmsg_into([self._record], _FD_SPACE, flags)
        fd = None
        for _, _, data in ancillary:
            fd = array.array("i", data)[0]
            os.set_inheritable(fd, False)
        if not size:
            return None
        return self._record[:size], fd


@contextmanager
def body_of(
    record: memoryview, header_size: int, size: int, fd: int | None
) -> Iterator[memoryview]:
    """Lend the body of a record, from the record itself or from its memory file."""
    if fd is None:
        yield record[header_size : header_size + size]
        return
    try:
        mapped = mmap.mmap(fd, size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    finally:
        os.close(fd)
    with memoryview(mapped) as view:
        yield view
