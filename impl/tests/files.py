"""Memory files of a size."""

from __future__ import annotations

import os

from poolproof._wire.memory import MemoryFile


def file_of_size(size: int) -> MemoryFile:
    """Make a file of `size` zeros."""
    file = MemoryFile.create()
    os.ftruncate(file.fd, size)
    return file
