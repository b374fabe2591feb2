"""pytest's side of a zygote: start it, have it fork wardens, see it end."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from typing import IO

from .request import Request

_START_S = 60.0  # seconds; an interpreter that imports Hypothesis on a loaded machine
_END_S = 10.0  # seconds for wardens to kill what they hold


class ZygoteError(RuntimeError):
    """A zygote did not start or is gone: the suite's own failure."""


class Zygote:
    """One clean process that bodies of one subject are forked from.

    Guarantees: used by one thread.  When `close` returns, or this process dies in
    any way, nothing that was forked from the zygote lives on.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._log: IO[bytes] = tempfile.TemporaryFile()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        with theirs:
            self._process = self._start(theirs)
        ours.settimeout(_START_S)

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        package = __package__
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from {package}.zygote import serve; serve({theirs.fileno()})"
        )
        return subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def await_ready(self) -> None:
        """Wait until it can fork.  Raises ZygoteError with what it wrote when it cannot."""
        with contextlib.suppress(OSError):
            if self._channel.recv(64) == b"ready":
                return
        raise ZygoteError(f"the zygote of {self.subject} did not start:\n{self._written()}")

    def fork(self, request: Request) -> int:
        """Have a warden serve the request; returns the pipe its answers come from."""
        read_end, write_end = os.pipe()
        try:
            socket.send_fds(self._channel, [request.to_json().encode()], [write_end])
        except OSError as error:
            os.close(read_end)
            raise ZygoteError(f"the zygote of {self.subject} is gone:\n{self._written()}") from error
        finally:
            os.close(write_end)
        return read_end

    def close(self) -> None:
        """Hang up; the zygote ends, its wardens kill what they hold."""
        self._channel.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _written(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]
