"""Where the operating system is another, the suite says what it needs."""

import subprocess
import sys

import pytest

from ..elsewhere import trouble
from ..place import SOURCE_ROOT

# What Linux has and others lack goes first: an import that needs it would crash there.
_PROGRAM = """
import os, runpy, signal, sys
import pytest

sys.platform = "darwin"
sys.modules["fcntl"] = sys.modules["resource"] = None
del os.fork, os.pidfd_open, os.sched_getaffinity, os.sysconf, signal.SIGCHLD
if sys.argv[1] == "pytest":
    sys.exit(pytest.main(sys.argv[2:]))
sys.argv = sys.argv[1:]
runpy.run_module("conformance.cpython", run_name="__main__")
"""


@pytest.mark.parametrize(
    "command", [("pytest", "conformance", "-p", "no:cacheprovider"), ("cpython", "--list")]
)
def test_elsewhere_than_on_linux_a_command_says_what_it_needs(command: tuple[str, ...]) -> None:
    """One line, and the exit code of bad usage."""
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *command],
        cwd=SOURCE_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 4, run.stderr
    assert "expected Linux" in run.stderr
    assert "got darwin" in run.stderr
    assert "Traceback" not in run.stderr


def test_on_linux_it_has_nothing_to_say() -> None:
    """The system on which it is tested."""
    assert trouble() is None
