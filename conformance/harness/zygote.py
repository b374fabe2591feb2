"""A clean process to fork from: one thread, the test modules imported, no pytest.

It is started with `python -c`, so its `__main__` has no file and no spec, and
children of a subject under spawn or forkserver import nothing but their task
functions (with pytest's own `__main__` each of them would import pytest again,
some 50 ms).  One zygote serves one subject: the subject's module is imported
here when that starts no thread, in the body otherwise.
"""

import contextlib
import gc
import importlib
import os
import signal
import socket

from .explore import use_profile
from .request import Request
from .warden import be_warden

MAX_MESSAGE = 60_000  # bytes of one request; a line of JSON is far below


def serve(socket_fd: int) -> None:
    """Say that we are here, then fork a warden for each request until pytest hangs up.

    A message is one request with the write end of the warden's pipe attached.
    """
    os.setsid()
    channel = socket.socket(fileno=socket_fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # wardens need no reaping
    use_profile()
    channel.send(b"ready")
    zygote = os.getpid()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MAX_MESSAGE, 1)
        if not message:
            return
        request = Request.from_json(message.decode())
        _import_for(request)
        gc.freeze()  # what is here now stays shared with every fork
        if os.fork() == 0:
            channel.close()
            be_warden(request, descriptors[0], zygote)
        os.close(descriptors[0])


def _import_for(request: Request) -> None:
    """Import what every body of this request would import; the warden tells what goes wrong.

    The subject's own module is imported only once its probe, a body of its own,
    has shown that this starts no thread: a fork of a threaded process is no clean start.
    """
    with contextlib.suppress(Exception):
        importlib.import_module(request.module)
        if request.preload:
            importlib.import_module(request.subject.partition(":")[0])
