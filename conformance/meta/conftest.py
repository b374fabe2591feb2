"""Fixtures for the suite's own tests."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from .whole_run import Suite


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    """Give a suite with a record file and a deviations folder of its own."""
    suite = Suite(tmp_path / "record.jsonl", tmp_path / "deviations", uuid.uuid4().hex)
    suite.deviations.mkdir()
    yield suite
    left = suite.survivors()
    for process in left:
        process.kill()
    assert not left, f"the run left {left}"
