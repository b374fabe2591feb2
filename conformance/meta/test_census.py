"""What is no leak of a pool, though it was not there before."""

import os
import time
from pathlib import Path

from ..harness.census import Exited, outlived, shared_names


def test_what_tempfile_tries_a_folder_with_is_no_leak(tmp_path: Path) -> None:
    """A worker may be terminated between the writing and the unlinking of that file."""
    for name, content in {
        "ylxz1y3x": b"blat",
        "_b7hz0qa": b"",
        "abcdefgh": b"else",
        "blat": b"blat",
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "a_folder").mkdir()
    body = Exited(os.getpid(), tmp_path, output="", shm_before=shared_names())
    left = outlived(body, 0.0, time.monotonic)
    assert left.temp_files == ["a_folder", "abcdefgh", "blat"]
