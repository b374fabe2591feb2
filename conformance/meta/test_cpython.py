"""The command that runs CPython's own pool tests, held to pools that are wrong in a known way."""

import json
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from ..cpython import command as cli
from ..cpython.campaign import select
from ..cpython.environment import STACKS, START_METHOD
from ..cpython.records import default_path
from ..cpython.subject import pool_callable
from ..cpython.testpackage import STDLIB, TESTS, missing_test_package
from ..place import SOURCE_ROOT

POOLS = "conformance.meta.cpython_pools"
ENGINES = "conformance.meta.engine_pools"
COMMAND_LIMIT_S = 60.0  # for one command; each takes a few seconds

pytestmark = pytest.mark.skipif(
    missing_test_package() is not None, reason=missing_test_package() or ""
)


def start(folder: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Start the command in `folder`, recording in `folder`/record.jsonl."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance.cpython", "--record", "record.jsonl", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *options: str, **environment: str) -> tuple[int, str]:
    """Run the command to its end; return its exit code and what it printed."""
    with start(folder, *options, **environment) as process:
        try:
            out, err = process.communicate(timeout=COMMAND_LIMIT_S)
        finally:
            process.terminate()
    return process.returncode, out + err


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return the records of one kind from the file the command has written."""
    lines = (folder / "record.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["record"] == kind]


def results(folder: Path) -> dict[str, str]:
    """Return test to result."""
    return {record["test"]: record["result"] for record in records(folder, "test")}


def message(folder: Path, test: str) -> str:
    """Return what was recorded for `test` beside its result."""
    found: str = next(r["message"] for r in records(folder, "test") if r["test"] == test)
    return found


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return the live processes of runs that had `folder` for temporary files."""
    found = []
    for process in psutil.process_iter():
        try:
            of_run = process.environ().get(STACKS, "").startswith(str(folder))
        except psutil.Error:
            continue
        if of_run:
            found.append(process)
    return found


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_the_stdlib_passes_its_own_tests(tmp_path: Path, method: str) -> None:
    """One test for each door passes, whatever the start method."""
    tests = [
        "WithProcessesTestPool.test_traceback",
        "WithManagerTestPool.test_map",
        "test_pool_initializer",
        "test_release_unused_processes",
        "test_worker_finalization_via_atexit_handler_of_multiprocessing",
    ]
    options = [word for test in tests for word in ("--test", test)]
    code, output = run(
        tmp_path, "--pool", "multiprocessing:Pool", "--start-method", method, *options
    )
    assert (code, Counter(results(tmp_path).values())) == (0, {"pass": len(tests)}), output
    footer = records(tmp_path, "footer")[0]
    assert (footer["ran"], footer["expected"], footer["exit_code"]) == (len(tests), len(tests), 0)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_no_test_reaches_a_pool_other_than_the_subject(tmp_path: Path, method: str) -> None:
    """With a pool that cannot be made all fail, but for the one that checks no result."""
    code, output = run(tmp_path, "--pool", f"{POOLS}:Raising", "--start-method", method)
    sound = [test for test, result in results(tmp_path).items() if result in ("pass", "skip")]
    assert (code, sound) == (1, ["TestStdinBadfiledescriptor.test_pool_in_process"]), output


def test_a_hang_is_a_result_and_the_class_goes_on(tmp_path: Path) -> None:
    """A test that hangs has its stacks recorded, and those behind it in its class are run."""
    code, output = run(
        tmp_path,
        *("--pool", f"{POOLS}:HangingMap", "--start-method", "fork", "--timeout", "8"),
        *(
            "--test",
            "WithProcessesTestPool.test_[ams]*p",
            "--test",
            "WithProcessesTestPool.test_apply",
        ),
        TMPDIR=str(tmp_path),
    )
    assert code == 1, output
    assert results(tmp_path) == {
        "WithProcessesTestPool.test_apply": "pass",
        "WithProcessesTestPool.test_map": "hang",
        "WithProcessesTestPool.test_starmap": "pass",
    }
    assert "wait_for_ever" in message(tmp_path, "WithProcessesTestPool.test_map")
    assert processes_of(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["record.jsonl"]


def test_a_hanging_set_up_costs_its_class_one_timeout(tmp_path: Path) -> None:
    """A set-up that hangs is the result of every test that waits for it."""
    code, output = run(
        tmp_path,
        *("--pool", f"{POOLS}:HangingConstructor", "--start-method", "fork", "--timeout", "3"),
        *("--test", "WithProcessesTestPool.test_*map*"),
    )
    tests = results(tmp_path)
    assert (code, set(tests.values())) == (1, {"hang"}), output
    assert len(tests) > 10
    assert len({message(tmp_path, test) for test in tests}) == 1


def test_a_crash_is_a_result_and_the_class_goes_on(tmp_path: Path) -> None:
    """A test that takes its interpreter down is a crash, with the exit code."""
    code, output = run(
        tmp_path,
        *("--pool", f"{POOLS}:CrashingMap", "--start-method", "fork"),
        *(
            "--test",
            "WithProcessesTestPool.test_map",
            "--test",
            "WithProcessesTestPool.test_starmap",
        ),
    )
    assert code == 1, output
    assert results(tmp_path) == {
        "WithProcessesTestPool.test_map": "crash",
        "WithProcessesTestPool.test_starmap": "pass",
    }
    assert "exit code 3" in message(tmp_path, "WithProcessesTestPool.test_map")


def test_an_interrupted_run_keeps_its_results_and_leaves_nothing(tmp_path: Path) -> None:
    """What had ended is recorded, the footer is missing, and no process is left."""
    with start(
        tmp_path,
        *("--pool", f"{POOLS}:Raising", "--pool", f"{POOLS}:HangingMap"),
        *("--start-method", "fork", "--test", "WithProcessesTestPool.test_map"),
        TMPDIR=str(tmp_path),
    ) as process:
        assert process.stdout is not None
        first_class = next(line for line in process.stdout if "1 error" in line)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=COMMAND_LIMIT_S)
    assert process.returncode == cli.Exit.INTERRUPTED, first_class
    assert "interrupted; what had ended by then is recorded in " in told
    assert results(tmp_path) == {"WithProcessesTestPool.test_map": "error"}
    assert records(tmp_path, "footer") == []
    assert processes_of(tmp_path) == []


def test_an_executor_is_called_as_the_stdlibs_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subject with an adapter takes the stdlib's parameters, in their order."""
    monkeypatch.setenv(START_METHOD, "spawn")
    with pool_callable("concurrent.futures:ProcessPoolExecutor")(1, abs, (0,)) as pool:
        assert pool.apply(abs, (-3,)) == 3


def test_what_a_pool_prepares_is_up_for_its_tests(tmp_path: Path) -> None:
    """Its `prepare` is called once before the tests of a class, its `release` behind them."""
    code, output = run(
        tmp_path,
        *("--pool", f"{ENGINES}:Processes", "--start-method", "fork"),
        *("--test", "_TestPool.test_map", "--test", "_TestPool.test_apply"),
    )
    assert (code, Counter(results(tmp_path).values())) == (0, {"pass": 4}), output


def test_what_a_pool_fails_to_prepare_is_told_of_each_test(tmp_path: Path) -> None:
    """None can run; what cannot be released is a row behind those that did."""
    test = ("--test", "WithProcessesTestPool.test_map")
    code, output = run(tmp_path, "--pool", f"{ENGINES}:Unready", *test)
    assert (code, results(tmp_path)) == (1, {"WithProcessesTestPool.test_map": "error"}), output
    told = message(tmp_path, "WithProcessesTestPool.test_map")
    assert told.startswith("prepare: Traceback")
    assert told.endswith("RuntimeError: the mill is down")
    code, output = run(tmp_path, "--pool", f"{ENGINES}:Unstoppable", *test)
    assert code == 1, output
    told = message(tmp_path, "WithProcessesTestPool (release)")
    assert told.endswith("RuntimeError: the mill cannot be stopped")
    ran = [footer["ran"] for footer in records(tmp_path, "footer")]
    assert ran == [len(results(tmp_path)) - 1], "what is released is no test"


def test_modules_of_the_users_hide_nothing(tmp_path: Path) -> None:
    """A package `test` beside the user's code is not CPython's; a sitecustomize still runs."""
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "__init__.py").touch()
    site = "import os, pathlib; pathlib.Path(os.environ['SEEN']).touch()"
    (tmp_path / "sitecustomize.py").write_text(site)
    code, output = run(
        tmp_path,
        *("--pool", "multiprocessing:Pool", "--start-method", "spawn"),
        *("--test", "WithProcessesTestPoolWorkerErrors.test_async_error_callback"),
        SEEN=str(tmp_path / "seen"),
    )
    assert (code, list(results(tmp_path).values())) == (0, ["pass"]), output
    assert (tmp_path / "seen").exists()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--timeout", "0"], 4, "expected seconds above 0 and up to 86400, a day, got '0'"),
        (["--timeout", "1e12"], 4, "expected seconds above 0 and up to 86400, a day, got '1e12'"),
        (["--timeout", "nan"], 4, "expected seconds above 0 and up to 86400, a day, got 'nan'"),
        (["--start-method", "thread"], 4, "invalid choice: 'thread'"),
        (["--test", "test_nothing_like_this"], 5, "no test matches test_nothing_like_this"),
        (["--record", "."], 4, "--record: expected a file that can be written, got '.'"),
        (["--record", "/proc/no/such"], 4, "--record: expected a file that can be written, got"),
        (["--pool", "no_such_module:Pool"], 6, "no_such_module:Pool does not import"),
        (["--pool", "os:getpid"], 6, "os:getpid is no pool"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    tmp_path: Path, options: list[str], code: int, says: str
) -> None:
    """What is wrong is said, and nothing is recorded."""
    got, output = run(tmp_path, *options)
    assert (got, says in output, "Traceback" in output) == (code, True, False), output
    assert list(tmp_path.iterdir()) == []


def test_records_replace_records_only(tmp_path: Path) -> None:
    """A file that something else has written stays as it is."""
    record = tmp_path / "record.jsonl"
    record.write_text("kept = True\n")
    code, output = run(tmp_path, "--pool", "multiprocessing:Pool", "--test", "test_map")
    assert (code, "which holds no records of this suite" in output) == (cli.Exit.USAGE, True)
    assert record.read_text() == "kept = True\n"


def test_an_interpreter_without_the_tests_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names the interpreter, what it lacks, and what brings it."""
    monkeypatch.setattr(cli, "missing_test_package", lambda: missing_test_package(tmp_path))
    assert cli.main(["--pool", "multiprocessing:Pool"]) == cli.Exit.NO_TEST_PACKAGE
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    for part in (platform.python_version(), str(tmp_path / TESTS), "apt install", "dnf install"):
        assert part in lines[0]


def test_a_file_of_tests_is_what_is_looked_for(tmp_path: Path) -> None:
    """A `test` package without the multiprocessing tests (Debian's) is none; a whole one is."""
    (tmp_path / "test").mkdir()
    assert missing_test_package(tmp_path) is not None
    (tmp_path / TESTS).touch()
    assert missing_test_package(tmp_path) is None


def test_the_list_holds_every_pool_test(tmp_path: Path) -> None:
    """All test methods of the file that speak of a pool, and no class with a pool of threads."""
    code, output = run(tmp_path, "--list")
    listed = output.split()
    source = (STDLIB / TESTS).read_text()
    methods = source.partition("class _TestPool(")[2].partition("\nclass ")[0].count("def test_")
    others = ["WorkerErrors", "WorkerLifetime", "NotLeakOnFailure"]
    assert code == 0
    for case in ("WithProcessesTestPool", "WithManagerTestPool"):
        assert len([name for name in listed if name.startswith(f"{case}.")]) == methods
    assert all(any(part in name for name in listed) for part in others)
    assert not [name for name in listed if name.startswith("WithThreads")]


def test_a_pattern_matches_a_whole_name_a_class_or_a_method() -> None:
    """Patterns are those of a shell, and none of them selects a part of a name."""
    tests = ["A.test_map", "A.test_map_async", "B.test_map"]
    assert select(tests, ["test_map"]) == ("A.test_map", "B.test_map")
    assert select(tests, ["A"]) == ("A.test_map", "A.test_map_async")
    assert select(tests, ["B.test_map", "*async"]) == ("A.test_map_async", "B.test_map")
    assert select(tests, []) == tuple(tests)


def test_a_class_may_be_called_as_in_the_source_of_cpython() -> None:
    """`_TestPool` is what the specification cites, and stands for both ways to run it."""
    tests = ["WithProcessesTestPool.test_map", "WithManagerTestPool.test_map", "TestOther.test_map"]
    assert select(tests, ["_TestPool"]) == tuple(tests[:2])
    assert select(tests, ["_TestPool.test_m*"]) == tuple(tests[:2])
    assert select(tests, ["WithManagerTestPool"]) == (tests[1],)
    assert select(tests, ["_TestOther"]) == ()


def test_records_of_a_checkout_go_to_its_reports() -> None:
    """The report looks for them in `reports/records/`."""
    name = f"cpython-20260102T030405Z-py{platform.python_version()}.jsonl"
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert default_path(started) == SOURCE_ROOT / "reports" / "records" / name
