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
    """One clean process that the bodies of one package's subjects are forked from.

    Guarantees: used by one thread.  When `close` returns, or this process dies in
    any way, nothing that was forked from the zygote lives on.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        with theirs:
            self._process = self._start(theirs)
        ours.settimeout(_START_S)
        self._is_ready = False

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from {__package__}.zygote import serve; serve({theirs.fileno()})"
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
        if self._is_ready:
            return
        with contextlib.suppress(OSError):
            self._is_ready = self._channel.recv(64) == b"ready"
        if not self._is_ready:
            raise ZygoteError(f"the zygote of {self.package} did not start:\n{self._written()}")

    def fork(self, request: Request) -> int:
        """Have a warden serve the request; returns the pipe its answers come from."""
        read_end, write_end = os.pipe()
        try:
            self.await_ready()
            socket.send_fds(self._channel, [request.to_json().encode()], [write_end])
        except OSError as error:
            os.close(read_end)
            raise ZygoteError(
                f"the zygote of {self.package} is gone:\n{self._written()}"
            ) from error
        finally:
            os.close(write_end)
        return read_end

    def hang_up(self) -> None:
        """Tell the zygote to end; its wardens kill what they hold."""
        self._channel.close()

    def close(self) -> None:
        """Hang up, and wait until it has ended."""
        self.hang_up()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _written(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]


class Zygotes:
    """The zygotes of a run, one a package: what one pool's import does, others do not see."""

    def __init__(self) -> None:
        self._zygotes: dict[str, Zygote] = {}

    def of(self, subject: str) -> Zygote:
        """Return the zygote of a subject, started when it is first asked for."""
        package = subject.partition(":")[0].partition(".")[0]
        if package not in self._zygotes:
            self._zygotes[package] = Zygote(package)
        return self._zygotes[package]

    def close(self) -> None:
        """Hang up on all of them, then wait for each: they end side by side."""
        for zygote in self._zygotes.values():
            zygote.hang_up()
        for zygote in self._zygotes.values():
            zygote.close()
