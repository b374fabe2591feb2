"""Engines with a runtime of their own: started and ended within each body, and no leak."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ..harness.exits import Exit
from ..place import SOURCE_ROOT
from .engine_pools import STEPS
from .whole_run import Suite

_POOLS = f"{__package__}.engine_pools"


def test_a_runtime_lives_as_long_as_a_body(suite: Suite) -> None:
    """What `prepare` starts is none of the body's leaks; `release` ends it."""
    code, text = suite.run("--pool", f"{_POOLS}:Pool", "--clause", "MAP-01")
    assert code == 0, text
    (verdict,) = suite.records("verdict")
    assert (verdict["verdict"], verdict["start_method"]) == ("PASS", "mill")
    assert not suite.survivors()


def test_a_runtime_that_outlives_its_body_is_a_leak(suite: Suite) -> None:
    """Without a `release` the runtime is found, named and killed."""
    code, text = suite.run("--pool", f"{_POOLS}:Forgetful", "--clause", "MAP-01")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["verdict"] == "LEAK"
    assert "a runtime" in verdict["census"]["children"][0]
    assert verdict["checks"] is None, "where the results of map go wrong is no clue to a leak"
    assert not suite.survivors()


def test_a_replay_command_leaves_out_a_start_method_of_the_engine_s_own(suite: Suite) -> None:
    """`--start-method` knows fork, spawn and forkserver; the command has to be one that runs."""
    code, text = suite.run("--pool", f"{_POOLS}:Reversed", "--clause", "MAP-01")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    words = shlex.split(verdict["replay"])
    assert words[-4:] == ["--pool", f"{_POOLS}:Reversed", "--clause", "MAP-01"]


def test_release_comes_behind_a_prepare_only(suite: Suite) -> None:
    """No import and no clause that the pool lacks calls one of the two alone."""
    pool = ("--pool", f"{_POOLS}:Processes")
    code, text = suite.run(*pool, "--clause", "MAP-01", "--clause", "API-04", "--examples", "2")
    assert code == 0, text
    assert {v["verdict"] for v in suite.records("verdict")} == {"PASS"}


def test_release_is_called_however_a_body_ends(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that passes, one that fails and one whose pool lacks a method end their runtime."""
    steps = tmp_path / "steps"
    monkeypatch.setenv(STEPS, str(steps))
    asked = [f"--clause={name}" for name in ("MAP-01", "MAP-04", "APPLY-01")]
    code, text = suite.run("--pool", f"{_POOLS}:Noting", *asked, "--no-shrink", "--examples", "3")
    assert code == 1, text
    verdicts = {v["clause"]: v["verdict"] for v in suite.records("verdict")}
    assert verdicts == {"MAP-01": "FAIL", "MAP-04": "BLOCKED", "APPLY-01": "PASS"}
    taken: dict[str, list[str]] = {}
    for line in steps.read_text(encoding="ascii").splitlines():
        body, step = line.split()
        taken.setdefault(body, []).append(step)
    assert len(taken) > len(verdicts), "the smoke test has a body, too"
    assert set(map(tuple, taken.values())) == {("prepare", "release")}


def test_a_release_that_fails_hides_no_failure(suite: Suite) -> None:
    """The clause is told first, by what the test expected, then what the step raised."""
    code, text = suite.run("--pool", f"{_POOLS}:Spoilt", "--clause", "MAP-01", "--examples", "3")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["expected"].startswith("what multiprocessing:Pool does")
    assert verdict["message"].endswith("; then release() raised RuntimeError: the mill is spoilt")


def test_a_release_that_hangs_hides_no_failure(suite: Suite) -> None:
    """The report of the test was there first; what hangs is killed, and shows in the stacks."""
    asked = ("--clause", "MAP-01", "--examples", "3", "--no-shrink", "--budget-scale", "0.2")
    code, text = suite.run("--pool", f"{_POOLS}:Wedged", *asked)
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["verdict"] == "FAIL"
    assert verdict["expected"].startswith("what multiprocessing:Pool does")
    assert "in _hang_if_spoilt" in verdict["stacks"]


@pytest.mark.parametrize(
    ("pool", "step", "told"),
    [
        ("Unready", "prepare", "RuntimeError: the mill is down"),
        ("Unstoppable", "release", "RuntimeError: the mill cannot be stopped"),
    ],
)
def test_a_step_that_raises_is_the_subject_s_trouble(
    suite: Suite, pool: str, step: str, told: str
) -> None:
    """One line names the step and what it raised; no clause is tried, and the suite is well."""
    code, text = suite.run("--pool", f"{_POOLS}:{pool}", "--clause", "MAP-01")
    assert code == Exit.SMOKE_FAILED, text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: ")]
    assert f"{_POOLS}:{pool} under mill is not ready (FAIL: " in line
    assert f"{step}() raised {told}" in line
    assert f"declares as {step}" in line
    assert not suite.survivors()


def test_a_stand_alone_script_calls_both_steps(suite: Suite, tmp_path: Path) -> None:
    """It runs as it is: the pool finds its runtime up, and leaves none behind."""
    code, text = suite.run("--pool", f"{_POOLS}:Reversed", "--clause", "MAP-01")
    assert code == Exit.FAILED, text
    (verdict,) = suite.records("verdict")
    assert "by arrival" in verdict["checks"]
    path = tmp_path / "script.py"
    path.write_text(verdict["script"], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, path],
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "POOLPROOF_META_MARK": suite.mark},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert " = [" in done.stdout
    assert not suite.survivors()
