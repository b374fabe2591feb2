"""Memory files: how bodies too large for a record travel.

A fresh memory file costs four times the copy itself, because the kernel must
find its pages; so files are used again.  All belong to the parent: it lends
one with a frame, the worker puts a large result back into the same file, and
when the frame is over the file is free.

    parent  borrow -> write tasks -> send ............ read result -> give back
    worker                     receive -> load tasks -> write result -> send

Anonymous: there is no name to unlink, and a crash leaves nothing behind.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

Buffer = bytes | bytearray | memoryview

SHELF_BYTES = 64 << 20  # 64 MiB: what an idle pool keeps for its next large frames
_IOV_MAX = 512  # buffers for one pwritev(2); Linux allows 1024


class MemoryFile:
    """One anonymous file."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def create(cls) -> MemoryFile:
        """Make an empty file.

        Raises: OSError when no descriptor can be had.
        """
        return cls(os.memfd_create("poolproof-frame", os.MFD_CLOEXEC))

    def write(self, body: Sequence[Buffer]) -> None:
        """Put the buffers at the beginning of the file, one behind the other."""
        offset = 0
        for start in range(0, len(body), _IOV_MAX):
            pending = [memoryview(buffer).cast("B") for buffer in body[start : start + _IOV_MAX]]
            offset = _write_all(self.fd, pending, offset)

    @contextmanager
    def read(self, size: int) -> Iterator[memoryview]:
        """Lend the first `size` bytes."""
        mapped = mmap.mmap(self.fd, size, prot=mmap.PROT_READ)
        with memoryview(mapped) as view:
            yield view

    def size(self) -> int:
        """Return how many bytes of memory the file holds."""
        return os.fstat(self.fd).st_size

    def close(self) -> None:
        """Give the memory back."""
        os.close(self.fd)


def _write_all(fd: int, pending: list[memoryview], offset: int) -> int:
    while pending:
        written = os.pwritev(fd, pending, offset)
        offset += written
        while pending and written >= len(pending[0]):
            written -= len(pending.pop(0))
        if written:
            pending[0] = pending[0][written:]
    return offset


class Borrower(Protocol):
    """A frame, as far as its file goes."""

    file: MemoryFile | None


class Shelf:
    """Files that no frame is using; the dispatcher's thread alone takes and gives."""

    def __init__(self) -> None:
        self._free: list[MemoryFile] = []
        self._bytes = 0

    def borrow(self) -> MemoryFile:
        """Return a free file, or a new one.

        Raises: OSError when no descriptor can be had.
        """
        if not self._free:
            return MemoryFile.create()
        file = self._free.pop()
        self._bytes -= file.size()
        return file

    def give_back(self, file: MemoryFile) -> None:
        """Put a file back; it is closed where the shelf is full."""
        size = file.size()
        if self._bytes + size > SHELF_BYTES:
            file.close()
            return
        self._bytes += size
        self._free.append(file)

    def take_from(self, frame: Borrower) -> None:
        """Put back what was lent with a frame that is over."""
        if frame.file is not None:
            self.give_back(frame.file)
            frame.file = None

    def close(self) -> None:
        """Close all files."""
        while self._free:
            self._free.pop().close()


@contextmanager
def body_of(
    inline: memoryview, size: int, file: MemoryFile | None, *, in_file: bool
) -> Iterator[memoryview]:
    """Lend the body of a record: what lies behind its header, or in its file.

    Raises: OSError when the file did not arrive for want of a descriptor.
    """
    if not in_file:
        yield inline[:size]
    elif file is None:
        raise OSError(errno.EMFILE, "a large frame needs a file descriptor, and none is free")
    else:
        with file.read(size) as view:
            yield view
