"""A run that has no room for what it has to write: one line, no verdict, no trace."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ..cpython.testpackage import missing_test_package
from ..harness.exits import Exit, in_words
from ..place import SOURCE_ROOT
from .whole_run import LIMIT_S, Suite

_FULL = "/dev/full"  # opens, and has no room
_ONE = ("--pool", "multiprocessing:Pool", "--clause", "MAP-01")


@pytest.mark.parametrize(
    ("option", "code", "told"),
    [
        ("--record", Exit.USAGE, "--record: expected a file that can be written, got"),
        ("--summary", Exit.SUITE_FAILED, "the results cannot be written:"),
    ],
)
def test_a_full_disk_is_no_failed_clause(suite: Suite, option: str, code: Exit, told: str) -> None:
    """Before the first clause it is a bad option, after the last a run that has failed."""
    got, text = suite.run(*_ONE, option, _FULL)
    assert got == code, text
    assert "Traceback" not in text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: ")]
    assert f"{told} [Errno 28] No space left on device" in line


def test_a_run_ends_where_its_records_find_no_room(suite: Suite) -> None:
    """It goes on to no other clause, gives 3, says which file it is, and leaves no process."""
    os.mkfifo(suite.record)
    taken = threading.Thread(target=_take_one_verdict, args=(suite.record,))
    taken.start()
    code, text = suite.run("--pool", "multiprocessing:Pool", "--clause", "MAP")
    taken.join(LIMIT_S)
    assert code == Exit.SUITE_FAILED, text
    assert "Traceback" not in text
    assert f"the results cannot be written: [Errno 32] Broken pipe: '{suite.record}'" in text
    assert in_words(Exit.SUITE_FAILED) in text
    assert text.count("[MAP-") < 12, "it stopped"


@pytest.mark.skipif(missing_test_package() is not None, reason=missing_test_package() or "")
def test_a_full_disk_is_no_failed_test_of_cpython(tmp_path: Path) -> None:
    """The command of CPython's tests gives 3, and one line."""
    options = ("--test", "test_starmap", "--pool", "multiprocessing:Pool", "--start-method", "fork")
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cpython", *options, "--record", _FULL],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == Exit.SUITE_FAILED, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: the results cannot be written: [Errno 28] No space left on")


def _take_one_verdict(pipe: Path) -> None:
    """Read the records of a run up to its first verdict, and no further."""
    with pipe.open(encoding="utf-8") as stream:
        for line in stream:
            if json.loads(line)["record"] == "verdict":
                return
