"""asv finds, checks and runs the benchmarks; how fast they are is nobody's business here."""

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120.0
CASES = "bench_apply.Apply.time_200_round_trips|bench_lifecycle.Shutdown"
METHODS = 3


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository with the benchmarks as they are in the working tree, one commit old."""
    git = shutil.which("git")
    assert git, "expected git on PATH: asv reads its history"
    copy = tmp_path / "checkout"
    shutil.copytree(
        ROOT / "benchmarks", copy / "benchmarks", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "asv.conf.json", copy)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "Test"]):
        subprocess.run([git, *arguments], cwd=copy, check=True, timeout=DEADLINE_S)
    asv(copy, "machine", "--yes")
    return copy


def asv(checkout: Path, *arguments: str) -> str:
    """Run asv with a home of its own, which holds its machine file; return what it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "asv", *arguments],
        cwd=checkout,
        env=os.environ | {"HOME": str(checkout.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_asv_accepts_every_benchmark(checkout: Path) -> None:
    """`asv check` finds nothing to complain about, and does not look into compare or tests."""
    assert "No problems found" in asv(checkout, "check", "--python=same")


def test_asv_times_the_control_under_every_start_method(checkout: Path) -> None:
    """`asv run --quick` writes a time for the stdlib's Pool in each case of two benchmarks."""
    arguments = ("--quick", "--python=same", "--set-commit-hash=HEAD", "-e", "--bench", CASES)
    said = asv(checkout, "run", *arguments)
    (results,) = (
        json.loads(path.read_text())
        for path in (checkout / ".asv" / "results").glob("*/*.json")
        if path.name != "machine.json"
    )
    times = {name: _times(results, row) for name, row in results["results"].items()}
    control = [time for row in times.values() for pool, time in row if "multiprocessing" in pool]
    assert len(control) == 1 + METHODS, said
    assert all(time is not None and time > 0 and math.isfinite(time) for time in control), said


def _times(results: dict[str, Any], row: list[Any]) -> list[tuple[str, float | None]]:
    """Return (pool, seconds or None) of each case of one benchmark."""
    columns = dict(zip(results["result_columns"], row, strict=False))
    pools, *others = columns["params"]
    cases = math.prod(len(values) for values in others)
    names = [pool for pool in pools for _ in range(cases)]
    return list(zip(names, columns["result"], strict=True))
