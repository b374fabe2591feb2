"""Where the operating system is another: the package imports, and says what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What Linux has and the others lack goes first: an import that needs it would crash there.
PROGRAM = """
import multiprocessing.context, os, select, signal, socket, sys
sys.platform = {platform!r}
del multiprocessing.context.ForkProcess, os.eventfd, os.memfd_create, os.pidfd_open, select.epoll
del signal.pthread_sigmask, socket.MSG_CMSG_CLOEXEC, socket.MSG_DONTWAIT, socket.CMSG_SPACE
import poolproof
try:
    poolproof.Pool(2, initializer=print)
except NotImplementedError as error:
    print(error)
print([name for name in poolproof.__all__ if not hasattr(poolproof, name)])
"""


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_than_on_linux_it_says_what_it_needs(platform: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(platform=platform)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said, missing = run.stdout.splitlines() or [run.stderr, ""]
    assert platform in said, run.stderr
    assert "use multiprocessing.Pool" in said
    assert missing == "[]"
