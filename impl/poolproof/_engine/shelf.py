"""The shelf: the memory files of the parent that no frame is using (see `memory`)."""

from __future__ import annotations

from .._link.ledger import Frame
from .._process.room import keep_room, make_room
from .._wire.memory import SHELF_BYTES, MemoryFile


class Shelf:
    """Lends files to frames; keeps so many at most, and `SHELF_BYTES` of memory.

    Keeps room for their descriptors too, for what needs one fails without.
    Guarantees: the dispatcher alone takes and gives.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._free: list[MemoryFile] = []
        self._bytes = 0
        self._limit = SHELF_BYTES

    def borrow(self) -> MemoryFile:
        """Return a free file, or a new one.

        Raises: OSError when no descriptor can be had.
        """
        if not self._free:
            return self._new()
        file = self._free.pop()
        self._bytes -= file.size()
        return file

    def _new(self) -> MemoryFile:
        try:
            file = MemoryFile.create()
        except OSError:  # the program has opened files since the constructor counted
            make_room(0)
            file = MemoryFile.create()
        keep_room(file.fd)
        return file

    def adopt(self, frame: Frame, file: MemoryFile, number: int) -> None:
        """Take in a file that a worker has made, as file `number` of a frame."""
        keep_room(file.fd)
        self.take_from(frame)
        frame.file, frame.file_number = file, number

    def file_of(self, frame: Frame, number: int) -> MemoryFile | None:
        """Return file `number` of a frame, None where that has not arrived.

        Not whichever is there: there may have been no descriptor for the worker to receive what
        was lent, nor one for the parent to receive what the worker has made.
        """
        if frame.file_number == number:
            return frame.file
        make_room(0)  # for the next one
        return None

    def take_from(self, frame: Frame) -> None:
        """Put back the file of a frame that is over."""
        if frame.file is not None:
            self.give_back(frame.file)
            frame.file = None

    def give_back(self, file: MemoryFile) -> None:
        """Put a file back; it is closed where the shelf is full."""
        size = file.size()
        if self._bytes + size > self._limit or len(self._free) == self._most:
            file.close()
            return
        self._bytes += size
        self._free.append(file)

    def close(self) -> None:
        """Close all files, and those that come back later: from a dispatcher that was stuck."""
        self._limit = -1
        while self._free:
            self._free.pop().close()
