"""A worker is stopped by SIGSTOP: it takes no other signal but SIGKILL until it is continued."""

import contextlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from ..harness.bound import BoundSubject
from ..harness.expect import InjectorError, Mismatch


@contextmanager
def stopped(subject: BoundSubject, process: psutil.Process) -> Iterator[None]:
    """Stop the process for as long as the block runs.

    Raises: InjectorError when it does not stop.
    """
    subject.no_script(f"kill -STOP {process.pid}, a worker")
    process.send_signal(signal.SIGSTOP)
    try:
        try:
            subject.eventually(lambda: process.status() == psutil.STATUS_STOPPED, "it to stop")
        except (Mismatch, psutil.Error) as error:
            raise InjectorError(f"expected SIGSTOP to stop {process}") from error
        yield
    finally:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)
