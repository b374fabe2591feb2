"""Whether this interpreter brings the tests that are to be run; many distributions strip them."""

import platform
import sys
import sysconfig
from pathlib import Path
from typing import Final

STDLIB: Final = Path(sysconfig.get_path("stdlib"))
TESTS: Final = Path("test") / "_test_multiprocessing.py"


def missing_test_package(stdlib: Path = STDLIB) -> str | None:
    """Return one line that says what is missing and what brings it, or None if all is there."""
    if (stdlib / TESTS).is_file():
        return None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"{platform.python_implementation()} {platform.python_version()} ({sys.executable}) comes "
        f"without its test package: expected {stdlib / TESTS}, found no such file. Install it "
        f"(Debian, Ubuntu: apt install libpython{version}-testsuite; Fedora: dnf install "
        f"python3-test; Alpine: apk add python3-tests) or use an interpreter built from CPython's "
        f"sources, as pyenv's are."
    )
