"""Memory files: how bodies too large for a record travel.

A fresh memory file costs five times the copy itself, because the kernel must
find its pages, and mapping it anew costs as much as the copy; so files are used
again, and stay mapped.  All belong to the parent: it lends one with a frame,
the worker puts large results back into the same file, one behind the other, and
when the frame is over the file is free.

    parent  borrow -> write tasks -> send ............ read results -> give back
    worker                     receive -> load tasks -> write results -> send

A worker that was lent none, because the tasks were small, makes one for its first
large result and gives it to the parent with that.  So results take no file each,
and the parent keeps no more of them than there may be frames: a process may have
1024 descriptors by default.

Anonymous: there is no name to unlink, and a crash leaves nothing behind.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

Buffer = bytes | bytearray | memoryview

SHELF_BYTES = 64 << 20  # 64 MiB: what an idle pool, or worker, keeps for its next large frames
_IOV_MAX = 512  # buffers for one pwritev(2); Linux allows 1024


class MemoryFile:
    """One anonymous file, mapped from its first use to its end."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._map: mmap.mmap | None = None

    @classmethod
    def create(cls) -> MemoryFile:
        """Make an empty file.

        Raises: OSError when no descriptor can be had.
        """
        return cls(os.memfd_create("poolproof-frame", os.MFD_CLOEXEC))

    def write(self, body: Sequence[Buffer], offset: int = 0) -> None:
        """Put the buffers into the file from byte `offset` on, one behind the other."""
        size = sum(memoryview(buffer).nbytes for buffer in body)
        if self._map is not None and offset + size <= len(self._map):
            _copy(self._map, body, offset)
            return
        # Not by the map: a page that is not there yet costs less in a call than by a fault.
        for start in range(0, len(body), _IOV_MAX):
            pending = [memoryview(buffer).cast("B") for buffer in body[start : start + _IOV_MAX]]
            offset = _write_all(self.fd, pending, offset)

    @contextmanager
    def read(self, size: int, offset: int = 0) -> Iterator[memoryview]:
        """Lend `size` bytes from byte `offset` on."""
        end = offset + size
        with memoryview(self._mapped(end)) as whole, whole[offset:end] as view:
            yield view

    def _mapped(self, size: int) -> mmap.mmap:
        if self._map is None or len(self._map) < size:
            self._unmap()
            whole = self.size()
            if whole < size:
                raise OSError(errno.ENODATA, f"expected {size} bytes in a file, got {whole}")
            self._map = mmap.mmap(self.fd, whole, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
        return self._map

    def _unmap(self) -> None:
        # Dropped, not closed: a result that is being read may be the last use of its file, and its
        # view keeps the mapping until then.
        self._map = None

    def size(self) -> int:
        """Return how many bytes of memory the file holds."""
        return os.fstat(self.fd).st_size

    def close(self) -> None:
        """Give the memory back."""
        self._unmap()
        os.close(self.fd)


def _copy(target: mmap.mmap, body: Sequence[Buffer], offset: int) -> None:
    end = offset
    for buffer in body:
        part = memoryview(buffer).cast("B")
        start, end = end, end + part.nbytes
        target[start:end] = part


def _write_all(fd: int, pending: list[memoryview], offset: int) -> int:
    while pending:
        written = os.pwritev(fd, pending, offset)
        offset += written
        while pending and written >= len(pending[0]):
            written -= len(pending.pop(0))
        if written:
            pending[0] = pending[0][written:]
    return offset


class BorrowedFiles:
    """The parent's files that a worker knows, so that it need not map them for every frame."""

    def __init__(self) -> None:
        self._known: dict[int, MemoryFile] = {}  # by inode; the one used last comes last

    def receive(self, fd: int) -> MemoryFile:
        """Return the file that came as descriptor `fd`; it stays open until others push it out."""
        # A file that is open keeps its inode, so no other has its number.
        inode = os.fstat(fd).st_ino
        file = self._known.pop(inode, None)
        if file is None:
            file = MemoryFile(fd)
        else:
            os.close(fd)
        self._known[inode] = file
        return file

    def trim(self) -> None:
        """Let go of those used least lately until the rest is no more than `SHELF_BYTES`."""
        kept = sum(file.size() for file in self._known.values())
        while kept > SHELF_BYTES:
            oldest = self._known.pop(next(iter(self._known)))
            kept -= oldest.size()
            oldest.close()


@contextmanager
def body_of(
    inline: memoryview, size: int, file: MemoryFile | None, *, in_file: bool, offset: int = 0
) -> Iterator[memoryview]:
    """Lend the body of a record: what lies behind its header, or in its file at `offset`.

    Raises: OSError when the file did not arrive for want of a descriptor.
    """
    if not in_file:
        yield inline[:size]
    elif file is None:
        raise OSError(errno.EMFILE, "a large frame needs a file descriptor, and none is free")
    else:
        with file.read(size, offset) as view:
            yield view
