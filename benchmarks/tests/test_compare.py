"""The comparison as a user runs it: what it records of pools that answer, break, or are missing."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120.0
ROW = ("--quick", "--rows=echo-1MiB-bytes")
BASELINE, CONTROL = "multiprocessing:Pool", "multiprocessing:Pool (A/A)"


def comparison(json_file: Path, *arguments: str) -> list[str]:
    """Return the command line of a comparison."""
    pytest_itself = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    return [*pytest_itself, "benchmarks/compare", f"--benchmark-json={json_file}", *arguments]


def compare(json_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a comparison to its end."""
    return subprocess.run(
        comparison(json_file, *arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_two_pools_and_a_missing_one(tmp_path: Path) -> None:
    """Pools that answer have samples and a place in the table; a missing one has its reason."""
    path = tmp_path / "compare.json"
    peer = "concurrent.futures:ProcessPoolExecutor"
    pools = (f"--pools={peer}", "--pools=no_such_package:Pool")
    ended = compare(path, "--quick", "--rows=map-chunk1", *pools)
    assert ended.returncode == 0, ended.stdout
    record = json.loads(path.read_text())
    entries = {entry["extra_info"]["label"]: entry for entry in record["benchmarks"]}
    assert list(entries) == [BASELINE, CONTROL, peer]
    for entry in entries.values():
        assert len(entry["stats"]["data"]) == entry["stats"]["rounds"] >= 1
        assert all(sample > 0 for sample in entry["stats"]["data"])
        assert entry["group"] == "map-chunk1-fork"
    (missing,) = record["poolproof"]["unmeasured"]
    assert (missing["label"], missing["status"]) == ("no_such_package:Pool", "missing")
    assert "no_such_package" in missing["reason"]
    assert "A/A" in ended.stdout
    assert "x stdlib" in ended.stdout


def test_a_makespan_is_recorded_with_its_lower_bound(tmp_path: Path) -> None:
    """A scheduling row has a bound and a ratio a sample, and the stdlib's sweep beside them."""
    path = tmp_path / "compare.json"
    ended = compare(path, "--quick", "--rows=order-fast", f"--pools={BASELINE}")
    assert ended.returncode == 0, ended.stdout
    entries = json.loads(path.read_text())["benchmarks"]
    assert {entry["extra_info"]["role"] for entry in entries} == {"baseline", "control", "sweep"}
    for entry in entries:
        info, samples = entry["extra_info"], entry["stats"]["data"]
        makespans = [
            bound * ratio for bound, ratio in zip(info["bounds_s"], info["ratios"], strict=True)
        ]
        assert makespans == pytest.approx(samples)


@pytest.mark.parametrize(
    ("pool", "status"), [("HangingPool", "hung"), ("DyingPool", "died"), ("LosingPool", "failed")]
)
def test_a_pool_that_breaks_costs_its_own_row(tmp_path: Path, pool: str, status: str) -> None:
    """The others keep their figures, the broken pool has its reason, and no process is left."""
    path = tmp_path / "compare.json"
    subject = f"benchmarks.tests.broken_pools:{pool}"
    ended = compare(path, *ROW, "--deadline=6", f"--pools={subject}")
    assert ended.returncode == 0, ended.stdout
    record = json.loads(path.read_text())
    assert [entry["extra_info"]["label"] for entry in record["benchmarks"]] == [BASELINE, CONTROL]
    (broken,) = record["poolproof"]["unmeasured"]
    assert (broken["pool"], broken["status"]) == (subject, status), broken
    assert broken["reason"]
    assert left_of(subject) == []


def test_an_interrupted_run_leaves_no_driver(tmp_path: Path) -> None:
    """Ctrl-C while a pool hangs ends the run, and the hanging driver with it."""
    subject = "benchmarks.tests.broken_pools:HangingPool"
    fifo = tmp_path / "hanging"
    os.mkfifo(fifo)
    hanging = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    run = subprocess.Popen(
        comparison(tmp_path / "compare.json", *ROW, "--deadline=60", f"--pools={subject}"),
        cwd=ROOT,
        env=os.environ | {"HANGING_FIFO": str(fifo)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with run:
        assert select.select([hanging], [], [], DEADLINE_S)[0], "expected the pool to hang"
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=DEADLINE_S)
    os.close(hanging)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    assert left_of(subject) == []


def left_of(subject: str) -> list[dict[str, Any]]:
    """Return the processes that still have the subject's name on their command line."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and subject in process.cmdline():
                left.append(process.as_dict(["pid", "status", "cmdline"]))
    return left


def test_a_row_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the rows there are."""
    ended = compare(tmp_path / "compare.json", "--rows=no-such-row")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "map-chunk1" in ended.stdout
