"""Each known subject that is installed keeps what it declares, under each start method.

A subject runs in a process group of its own with a deadline, so that one that hangs costs its own
test and nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ..subjects import KNOWN

DEADLINE_S = 30
"""Longest that a subject may take to open, work and end twice; Ray needs about ten seconds."""

ROOT = Path(__file__).resolve().parents[2]

INSTALLED = [
    pytest.param(row.name, method, id=f"{row.name}-{method}")
    for row in KNOWN.values()
    if row.installed
    for method in row.capabilities.start_methods
]


@cache
def opened(name: str, start_method: str) -> dict[str, Any]:
    """Open the subject in a process of its own; return what `opening` printed."""
    command = [sys.executable, "-c", f"from {__package__}.opening import main; main()"]
    with subprocess.Popen(
        [*command, name, start_method],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as body:
        try:
            out, err = body.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{name} under {start_method}: expected an end within {DEADLINE_S} s")
        finally:
            _kill_group(body.pid)
    assert body.returncode == 0, f"{name} under {start_method} ended with {body.returncode}:\n{err}"
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.mark.parametrize(("name", "start_method"), INSTALLED)
def test_opened_subject_computes_what_was_asked(name: str, start_method: str) -> None:
    """Each method of the face returns what the stdlib's would."""
    told = opened(name, start_method)["plain"]
    squares = [item * item for item in range(7)]
    assert told["map"] == squares
    assert told["imap"] == squares
    assert told["tuples"] == [[1, 2], [3]], "a tuple is one item, whatever the engine makes of it"
    assert told["starmap"] == [3, 7]
    assert told["apply"] == 3
    assert told["handle"] == ([3, True, True] if KNOWN[name].capabilities.apply_async else None)


@pytest.mark.parametrize(("name", "start_method"), INSTALLED)
def test_opened_subject_has_what_it_declares(name: str, start_method: str) -> None:
    """No method is declared but missing, and none is there though undeclared."""
    told = opened(name, start_method)
    declared = KNOWN[name].capabilities
    assert told["plain"]["undelivered"] == []
    assert told["plain"]["undeclared"] == []
    assert told["plain"]["reused"] == [0, 1, 4]
    options = told["options"]
    assert options["recalled"] == (["kept"] if declared.initializer else None)
    assert options["workers"] == (3 if declared.has("maxtasksperchild", start_method) else None)
    assert options["terminated"] == (True if declared.terminate else None)


@pytest.mark.parametrize(
    ("name", "start_method"),
    [p for p in INSTALLED if p.values[1] in {"fork", "spawn", "forkserver", "thread"}],
)
def test_workers_are_started_as_asked(name: str, start_method: str) -> None:
    """The process table shows the start method that was asked for."""
    if name.startswith("distributed:"):
        pytest.skip("Dask's workers are children of a nanny process")
    assert opened(name, start_method)["plain"]["started"] == start_method


@pytest.mark.parametrize(
    ("name", "start_method"),
    [p for p in INSTALLED if KNOWN[str(p.values[0])].adapter not in {None, "ray"}],
)
def test_adapter_is_honest_about_imap(name: str, start_method: str) -> None:
    """What is declared of `imap` is what the engine does: Ray's own pool is for the clauses."""
    told = opened(name, start_method)["plain"]
    declared = KNOWN[name].capabilities
    assert (told["after_error"] == [0, "raised", 2]) == declared.imap_after_error
    assert told["lazy"] == declared.imap_lazy
