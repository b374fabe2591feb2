"""Where a body is right now, told through memory that outlives it.

The body writes the name of what it is doing into a shared page; the warden
reads the page when a deadline passes.  It costs about a microsecond a call and
works for a process that will never run another instruction.  Used by
`tracked` (writes) and `supervise` (reads).
"""

import mmap
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAME_BYTES = 64
_PAGE = struct.Struct(f"H{_NAME_BYTES}s")


class PhaseBoard:
    """The phases a body is in, the youngest on show.

    Guarantees: any thread of the body may enter and leave; the board shows the
    phase entered last among those not left, and those of the main thread, which
    the test as a whole waits for, before those of others.  Only the process that
    made the body's phases writes; workers forked from it share the page and leave
    it alone.
    """

    def __init__(self) -> None:
        """Map one anonymous shared page; forked processes see the same one."""
        self._page = mmap.mmap(-1, _PAGE.size)
        self._lock = threading.Lock()
        self._active: dict[tuple[bool, int], str] = {}
        self._serial = 0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show `name` until the block is left."""
        with self._lock:
            self._serial += 1
            ticket = (threading.current_thread() is threading.main_thread(), self._serial)
            self._active[ticket] = name
            self._show_youngest()
        try:
            yield
        finally:
            with self._lock:
                del self._active[ticket]
                self._show_youngest()

    def read(self) -> str | None:
        """Return the phase on show, None when the body is between phases."""
        length, raw = _PAGE.unpack_from(self._page)
        return raw[:length].decode(errors="replace") or None

    def close(self) -> None:
        """Give the page back."""
        self._page.close()

    def _show_youngest(self) -> None:
        name = self._active[max(self._active)] if self._active else ""
        raw = name.encode()[:_NAME_BYTES]
        _PAGE.pack_into(self._page, 0, len(raw), raw)
