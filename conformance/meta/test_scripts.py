"""Stand-alone scripts run by themselves, show what is wrong, and accuse no sound pool."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ..place import SOURCE_ROOT
from .holding import Judge, Trial, on_trial

_BROKEN = f"{__package__}.broken"
_LIMIT_S = 90.0  # for one script on a machine that is busy with others: it waits some seconds


class Told(NamedTuple):
    """A broken pool, the clause that catches it, and what its script prints of the two pools."""

    pool: str
    clause: str
    broken: str
    sound: str

    @property
    def trial(self) -> Trial:
        """What the script comes from."""
        return Trial(f"{_BROKEN}.{self.pool}:Pool", self.clause, "fork")


SHOWN = [
    Told("doubled_callbacks", "CB-01", r"given1 = \[0, 0\]", r"given1 = \[0\]"),
    Told("callbacks_may_not_submit", "CB-07", r"given1 = \[1\]", r"given1 = \[1, 2"),
    Told("late_callbacks", "CB-12", r"r\d = True", r"r\d = False"),
    Told("closed_by_an_input", "MAP-11", r"r\d raised ValueError.*not running", r"r\d = \[0, 1, 4"),
    Told("counts_first", "MAP-09", r"raised TypeError\(.*has no len", r"r\d = \["),
    Told("swallowed_input_error", "IMAP-11", r"raised StopIteration\(", r"raised (?!Stop)"),
    Told("fewer_workers", "API-02", r'"event": "start"', r'(?s)"event": "start".*"event": "start"'),
    Told("loads_once", "PICKLE-20", r"r\d+ = None", r"(?s)r\d+ = 7(?!.*None)"),
    Told("one_function_a_worker", "PICKLE-22", r"r\d+ = \[.*None", r"r\d+ = \[0, 10, 20"),
    Told("runs_at_home", "APPLY-05", "HANG: it waits here", ""),
    Told("patient_terminate", "SHUT-07", "HANG: it waits here", ""),
]
"""(a) callbacks, (b) inputs, (c) objects that are shared, (d) gates."""
UNTOLD = [Told("orphaned_by_a_thread", "API-17", "every start of a thread", "")]
"""What a script cannot do, it says."""


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Hold the broken pools to their clauses, in one run."""
    with on_trial(told.trial for told in (*SHOWN, *UNTOLD)) as of_trial:
        yield of_trial


def _ran(script: str, folder: Path) -> tuple[int, str]:
    """Run the script in an empty folder; nothing of it may be left."""
    path = folder.with_suffix(".py")
    path.write_text(script, encoding="utf-8")
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, path],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,  # its pipes are open for as long as a worker of it lives
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _script(judge: Judge, told: Told) -> str:
    script = judge(told.trial).attempt.script
    assert script is not None
    return script


def _of_the_stdlib(script: str) -> str:
    text, count = re.subn(
        r"from \S+ import Pool as Pool", "from multiprocessing import Pool", script
    )
    assert count == 1
    return text


@pytest.mark.parametrize("told", SHOWN, ids=lambda told: f"{told.clause} {told.pool}")
def test_a_script_shows_what_is_wrong(judge: Judge, told: Told, tmp_path: Path) -> None:
    """It prints it of the broken pool, and does not of the stdlib's, with which it ends well."""
    script = _script(judge, told)
    _, seen = _ran(script, tmp_path / "broken")
    assert re.search(told.broken, seen), f"{script}\n{seen}"
    code, sound = _ran(_of_the_stdlib(script), tmp_path / "sound")
    assert (code, re.search(told.sound, sound) is not None) == (0, True), f"{script}\n{sound}"
    assert not re.search("HANG|Traceback", sound)


@pytest.mark.parametrize("told", UNTOLD, ids=lambda told: told.clause)
def test_what_cannot_be_a_script_says_so(judge: Judge, told: Told, tmp_path: Path) -> None:
    """It ends at once with the reason, whatever the pool."""
    script = _script(judge, told)
    code, seen = _ran(_of_the_stdlib(script), tmp_path / "sound")
    assert code == 1
    assert told.broken in seen
    assert "use the replay command" in seen
