"""The task functions do in this process what clauses rely on in a worker."""

import json
import os
import select
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from .. import tasks

LIMIT_S = 5
"""Longest wait for a byte that has been written already."""


@pytest.fixture
def fifo(tmp_path: Path) -> str:
    """Path of a new FIFO."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return str(path)


def events(history: Path) -> list[tuple[str, object]]:
    """Return (event, item) of each line, in the order written."""
    lines = map(json.loads, history.read_text().splitlines())
    return [(line["event"], line["item"]) for line in lines]


def test_recorded_writes_start_and_end(tmp_path: Path) -> None:
    """A task that returns leaves `start` and `done`, with who and when."""
    history = tmp_path / "history"
    assert tasks.recorded(str(history), tasks.square, 3) == 9
    assert events(history) == [("start", 3), ("done", 3)]
    start, done = map(json.loads, history.read_text().splitlines())
    assert start["pid"] == done["pid"] == os.getpid()
    assert start["ns"] <= done["ns"]


def test_recorded_tells_a_task_that_raised(tmp_path: Path) -> None:
    """The exception passes through, and the history says so."""
    history = tmp_path / "history"
    with pytest.raises(ValueError, match="4"):
        tasks.recorded(str(history), tasks.raise_for, 4)
    assert events(history) == [("start", 4), ("raised", 4)]


def test_record_refuses_a_line_that_could_be_torn(tmp_path: Path) -> None:
    """Nothing is written when one atomic write could not hold it."""
    history = tmp_path / "history"
    with pytest.raises(ValueError, match=f"at most {select.PIPE_BUF} bytes"):
        tasks.record(str(history), "start", "x" * select.PIPE_BUF)
    assert not history.exists()


def test_byte_lets_every_waiter_through(fifo: str) -> None:
    """A byte stays in the FIFO: whoever comes late passes too."""
    holder = os.open(fifo, os.O_RDWR)
    try:
        with pytest.raises(TimeoutError, match="got none"):
            tasks.wait_for_byte(fifo, 0)
        assert tasks.send_byte(fifo, "sent") == "sent"
        assert [tasks.wait_for_byte(fifo, LIMIT_S, n) for n in (1, 2)] == [1, 2]
    finally:
        os.close(holder)


def test_fail_at_faults_at_one_item_only() -> None:
    """The fault runs for the item it is meant for, and the others come back."""
    task = partial(tasks.fail_at, 1, partial(tasks.raise_error, KeyError("one")))
    assert task(0) == 0
    with pytest.raises(KeyError, match="one"):
        task(1)


def test_tasks_import_nothing_slow() -> None:
    """Every worker imports this module: it may bring in nothing but the standard library."""
    script = f"import sys, {tasks.__name__}; print(*sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT_S * 4,
    )
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT_S * 4,
    )
    before = {name.partition(".")[0] for name in bare.stdout.split()}
    own = tasks.__name__.partition(".")[0]
    assert packages - before - sys.stdlib_module_names == {own}
