"""Print the names of this interpreter's pool tests, as JSON.

python -m conformance.cpython.discover

In a process of its own, because importing CPython's tests is not without effect.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Final

from .environment import environment

TIMEOUT_S: Final = 60.0  # for importing CPython's test module


class DiscoveryError(Exception):
    """The interpreter's tests do not import: one line that says why."""


def discover(subject: str, start_method: str) -> list[str]:
    """Return `Class.method` of each pool test of this interpreter, in the order of its file.

    Raises DiscoveryError where CPython's tests refuse to be imported (no semaphores, no
    `_multiprocessing`), and when that takes longer than `TIMEOUT_S`.
    """
    with tempfile.TemporaryDirectory(prefix="poolproof-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-m", __name__],
                env=environment(subject, start_method, Path(folder)),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DiscoveryError(f"CPython's tests did not import in {TIMEOUT_S:g} s") from None
    if done.returncode != 0:
        last_line = (done.stderr.strip() or "no message").splitlines()[-1]
        raise DiscoveryError(f"CPython's tests do not import here: {last_line}")
    names: list[str] = json.loads(done.stdout)
    return names


def _main() -> None:
    try:
        from .installed import pool_tests  # noqa: PLC0415 - the effect this process is for
    except unittest.SkipTest as skip:
        sys.exit(str(skip))
    print(json.dumps(pool_tests()))


if __name__ == "__main__":
    _main()
