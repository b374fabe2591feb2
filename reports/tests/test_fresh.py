"""`--fresh`: each step is bounded, shown with what its exit code means, and stops no other."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import psutil
import pytest

from .. import fresh
from ..__main__ import Exit, main
from ..fresh import OUT_OF_TIME, Step, run_all, run_step, steps

KILLED_S = 10.0


def ended(pid: int) -> bool:
    """Wait until a process that got SIGKILL is gone, or waits to be reaped."""
    deadline = time.monotonic() + KILLED_S
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_a_quick_run_is_bounded_even_where_every_step_hangs() -> None:
    """The limits of all steps together are bounded: twenty minutes."""
    todo = steps(quick=True)
    assert sum(step.limit_s for step in todo) <= 1200
    assert all(step.limit_s > 0 for step in todo)


def test_a_step_finds_this_interpreters_programs_first() -> None:
    """Asv looks for Python on PATH: it must find this one."""
    folder = str(Path(sys.executable).parent)
    code = f"import shutil; raise SystemExit(shutil.which('python3') != {folder!r} + '/python3')"
    assert shutil.which("python3", path=folder), "the interpreter lies beside its python3"
    assert run_step(Step("which", ("-c", code), 30)).ok


def test_a_step_that_hangs_is_ended_with_all_its_processes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """At its limit the whole group goes, a child that the step started included.

    The step takes it for a Ctrl-C, and says so: what it was is said before.
    """
    note = tmp_path / "pid"
    child = "import time; time.sleep(600)"
    code = (
        "import pathlib, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )
    ending = run_step(Step("hang", ("-c", code), 3))
    assert ending.code == OUT_OF_TIME
    assert "its limit" in ending.meaning
    assert ended(int(note.read_text(encoding="utf-8")))
    before, _, behind = capfd.readouterr().err.partition("stopped by its time limit of 3 s")
    assert "KeyboardInterrupt" not in before
    assert "KeyboardInterrupt" in behind


def test_a_failing_step_stops_no_other_and_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The later step runs; the summary gives each code in words; a finding is no failure."""
    todo = [
        Step("breaks", ("-c", "raise SystemExit(3)"), 30),
        Step("finds", ("-c", "raise SystemExit(1)"), 30, findings=frozenset({1})),
        Step("works", ("-c", "print('ran all the same')"), 30),
    ]
    monkeypatch.setattr(fresh, "steps", lambda *, quick: todo if quick else [])
    monkeypatch.setenv("COLUMNS", "120")
    assert not run_all(quick=True)
    out, err = capfd.readouterr()
    assert "ran all the same" in out
    assert "the suite itself failed" in err
    monkeypatch.setattr(fresh, "steps", lambda *, quick: todo[1:] if quick else [])
    assert run_all(quick=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--quick"], "--fresh"), (["--fresh", "--records", "elsewhere"], "leave --records out")],
)
def test_options_that_do_not_go_together_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """The message says what to do; nothing is run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == Exit.USAGE
    assert expected in capsys.readouterr().err
