"""A worker that the template forks, as a process object: to whoever looks, a child as any other."""

from __future__ import annotations

import os
import socket
import time
from multiprocessing import popen_fork, util
from multiprocessing.context import ForkProcess
from multiprocessing.process import BaseProcess

from .template import Template, readable, send_signal
from .template_process import STATUS, worker_name

UNKNOWN = 256  # in place of an exit code; no process ends with it


class Replacement(ForkProcess):
    """A worker that the template forks; listed among the active children."""

    def __init__(self, template: Template, channel: socket.socket) -> None:
        super().__init__(daemon=True)
        self.name = worker_name(self._identity)
        #: the number that the worker is to have among its parent's processes
        self.number = self._identity[-1]
        self.template = template
        self.channel = channel

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Popen:  # noqa: N802  the name in BaseProcess
        return Popen(process_obj)

    @property
    def exitcode(self) -> int | None:
        """The exit code; None too where the template died before it could tell."""
        code = super().exitcode
        return None if code == UNKNOWN else code


class Popen(popen_fork.Popen):
    """What `BaseProcess` needs of a running process; its `sentinel` is a pidfd.

    Guarantees: any thread may wait and poll; all see the same exit code, because the status is
    read and left in place.
    """

    def __init__(self, process_obj: BaseProcess) -> None:  # nothing is forked here: no flush
        assert isinstance(process_obj, Replacement)
        forked = process_obj.template.fork(process_obj.number, process_obj.channel)
        self.pid, self.sentinel, self._status = forked
        self.returncode = None
        self.finalizer = util.Finalize(self, _close, (self.sentinel, self._status))

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        """Return the exit code if the process has ended."""
        return self.wait(0.0 if flag else None)

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code once the process has ended, None if it does not in time."""
        if self.returncode is None and (code := self._await(timeout)) is not None:
            self.returncode = code
        return self.returncode

    def _await(self, timeout_s: float | None) -> int | None:
        until = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            if not readable(self._status.fileno(), timeout_s):
                return None
            if status := self._status.recv(STATUS.size, socket.MSG_PEEK):
                code: int = STATUS.unpack(status)[0]
                return code
            if readable(self.sentinel, None if until is None else until - time.monotonic()):
                return _status_of_orphan(self.sentinel)
        except (OSError, ValueError):
            if self.returncode is None:
                raise  # not what it is when another thread, that has the code, closes it meanwhile
        return None

    def _send_signal(self, sig: int) -> None:
        # By descriptor: the template has reaped it by now, perhaps, and its pid is another's.
        if not send_signal(self.sentinel, sig) and not readable(self.sentinel):
            os.kill(self.pid, sig)


def _status_of_orphan(pidfd: int) -> int:
    """Return the exit code of a dead process that the template did not reap.

    A container's first process, and a subreaper, becomes its parent.
    """
    try:
        ended = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG)
    except ChildProcessError:
        ended = None
    if ended is None:
        return UNKNOWN
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def _close(pidfd: int, status: socket.socket) -> None:
    os.close(pidfd)
    status.close()
