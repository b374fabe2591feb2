"""Whole runs of `pytest conformance`, each a process: exit codes, records, nothing left behind."""

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .. import place
from ..harness.budget import Budget
from ..harness.exits import Exit, in_words
from .whole_run import LIMIT_S, Suite

_BROKEN = f"{__package__}.broken"
_HURRY = ("--budget-scale", "0.5")  # what hangs here hangs for good

Module = Callable[[str, str], Path]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Give what writes a module that the runs of this test can import."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(name: str, content: str) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_the_stdlib_conforms(suite: Suite) -> None:
    """A pool without a failure gives exit code 0 and a whole record."""
    code, text = suite.run("--pool", "multiprocessing:Pool", "--clause", "MAP-01")
    assert code == 0, text
    footer = suite.records("footer")
    assert [(f["counts"], f["exit_code"], f["ran"]) for f in footer] == [({"PASS": 1}, 0, 1)]
    assert suite.records("header")[0]["expected"] == 1
    assert "MAP-01" in {clause["id"] for clause in suite.records("clause")}


def test_a_broken_pool_gives_1(suite: Suite) -> None:
    """A MUST that fails gives 1, and the record says all that is known."""
    pool = f"{_BROKEN}.reversed_map:Pool"
    code, text = suite.run("--pool", pool, "--clause", "MAP-01")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["verdict"] == "FAIL"
    assert verdict["stdlib"].startswith("PASS")
    assert verdict["replay"].startswith(f"{place.PYTEST} --pool {pool} --start-method fork")
    assert verdict["expected"]
    assert verdict["observed"]
    assert "expected: what multiprocessing:Pool does" in text


def test_a_hanging_pool_costs_a_deadline_and_leaves_no_process(suite: Suite) -> None:
    """A map that never returns is a HANG with its place and a script; the run goes on."""
    code, text = suite.run("--pool", f"{_BROKEN}.hanging_map:Pool", "--clause", "MAP-01", *_HURRY)
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert (verdict["verdict"], verdict["phase"]) == ("HANG", "map")
    assert "in map" in verdict["stacks"]
    assert "pool1.map(square" in verdict["script"]
    assert verdict["example"]


def test_an_orphan_is_found_and_killed(suite: Suite) -> None:
    """A process that left its session and its parent is a leak, and does not survive the run."""
    code, text = suite.run(
        "--pool", f"{_BROKEN}.leaving_an_orphan:Pool", "--clause", "MAP-01", *_HURRY
    )
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["verdict"] == "LEAK"
    assert "sleep 600" in verdict["census"]["children"][0]


def test_a_should_fails_only_a_strict_run(suite: Suite) -> None:
    """A SHOULD that hangs gives 0, and 1 with --strict."""
    arguments = ("--pool", f"{_BROKEN}.lost_task:Pool", "--clause", "DEATH-01", *_HURRY)
    code, text = suite.run(*arguments)
    assert code == 0, text
    code, text = suite.run(*arguments, "--strict")
    assert code == 1, text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("raise SystemExit(3)", "leaving:Pool does not import: SystemExit: 3"),
        ("raise KeyboardInterrupt", "leaving:Pool does not import: KeyboardInterrupt; the module"),
        ("def __getattr__(name): raise KeyError(name)", "does not import: KeyError: 'Pool'; the"),
        ("import os; os._exit(3)", "importing leaving:Pool ended with CRASH"),
    ],
)
def test_a_module_that_ends_its_process_does_not_import(
    suite: Suite, module: Module, content: str, words: str
) -> None:
    """A subject whose import exits, or dies, is none: 6, and no smoke test that fails."""
    module("leaving", content)
    code, text = suite.run("--pool", "leaving:Pool")
    assert code == Exit.NO_SUBJECT, text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: ")]
    assert words in line
    assert "Traceback" not in text


def test_a_constructor_that_raises_is_named_by_its_line(suite: Suite, module: Module) -> None:
    """No clause is tried and nothing is recorded: the line is all that its author has."""
    path = module(
        "raising", "def Pool(processes=None):\n    settings = None\n    settings.get(processes)\n"
    )
    code, text = suite.run("--pool", "raising:Pool")
    assert code == Exit.SMOKE_FAILED, text
    seen = "FAIL: raised AttributeError: 'NoneType' object has no attribute 'get'"
    assert f"fails the smoke test ({seen}, in {path}, line 3)" in text


def test_a_constructor_that_hangs_costs_little_more_than_a_clause(
    suite: Suite, module: Module
) -> None:
    """It fails the smoke test, under a deadline that is taken from this machine; 7, and no more."""
    module("hanging", "import threading\ndef Pool(processes=None):\n    threading.Event().wait()\n")
    code, text = suite.run("--pool", "hanging:Pool", "--budget-scale", "0.2")
    assert code == Exit.SMOKE_FAILED, text
    assert "fails the smoke test (HANG: does not return in construct" in text
    budget = Budget(0.1, 1.0)
    assert budget.deadline_s < budget.smoke_s("fork") < budget.first_s == budget.smoke_s("ray")


def test_records_replace_records_only(suite: Suite) -> None:
    """A file that something else has written stays as it is; one's own records are renewed."""
    asked = ("--pool", "multiprocessing:Pool", "--clause", "MAP-01", "--examples", "1")
    suite.record.write_text("kept = True\n", encoding="utf-8")
    code, text = suite.run(*asked)
    assert code == Exit.USAGE, text
    assert f"got '{suite.record}', which holds no records of this suite; name another" in text
    assert suite.record.read_text(encoding="utf-8") == "kept = True\n"
    suite.record.write_text('{"record": "header", "schema"', encoding="utf-8")  # cut short
    code, text = suite.run(*asked)
    assert code == 0, text
    assert suite.records("footer")


@pytest.mark.parametrize(
    ("pools", "ruled", "signum"),
    [
        (("multiprocessing:Pool", f"{_BROKEN}.hanging_map:Pool"), ["PASS"], signal.SIGINT),
        ((f"{_BROKEN}.hanging_map:Pool",), [], signal.SIGTERM),
    ],
)
def test_an_interrupted_run_keeps_its_records(
    suite: Suite, pools: tuple[str, ...], ruled: list[str], signum: signal.Signals
) -> None:
    """What was ruled before Ctrl-C is in the file, which has no footer; nothing survives.

    It ends as any other, though the signal comes again and again: with the path of the records and
    the exit code in words, and with all that it was asked for as what its counts are out of.
    """
    named = [f"--pool={name}" for name in pools]
    asked = ("--clause", "MAP-01", "--budget-scale", "20", "--write-deviations")
    with suite.start(*named, *asked, f"--summary={suite.record}.md") as process:
        limit = time.monotonic() + LIMIT_S
        while not (
            suite.records_so_far("clause") and len(suite.records_so_far("verdict")) == len(ruled)
        ):
            assert time.monotonic() < limit, "no verdict was recorded"
            time.sleep(0.05)  # the file is how the run tells us
        while process.poll() is None:
            assert time.monotonic() < limit, "the run does not end"
            process.send_signal(signum)  # from somebody who cannot wait
            time.sleep(0.02)  # whatever it does by now, one finds it there
        text, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == Exit.INTERRUPTED, text
    assert "Traceback" not in text
    assert [v["verdict"] for v in suite.records("verdict")] == ruled
    assert not suite.records("footer")
    assert f"records: {suite.record}" in text
    assert in_words(Exit.INTERRUPTED) in text
    assert "known failures: as they were, for the run did not come to its end" in text
    assert not list(suite.deviations.iterdir())
    summary = Path(f"{suite.record}.md").read_text(encoding="utf-8")
    assert in_words(Exit.INTERRUPTED) in summary
    if ruled:
        assert re.findall(r"\| fork \| (. / .) \|", summary) == ["1 / 1", "0 / 1"]


def test_a_run_that_stops_at_a_failure_did_not_come_to_its_end(suite: Suite) -> None:
    """With -x of pytest the code is that of the failure, and the record that of a part."""
    pool = ("--pool", f"{_BROKEN}.reversed_map:Pool")
    code, text = suite.run(*pool, "--clause", "MAP-01", "--clause", "MAP-03", "-x", "--no-shrink")
    assert code == Exit.FAILED, text
    assert len(suite.records("verdict")) == 1
    assert suite.records("header")[0]["expected"] == 2
    assert not suite.records("footer")


def test_a_run_that_decides_nothing_gives_5(suite: Suite) -> None:
    """A subject that supports nothing of what was asked was not held to anything."""
    pool = ("--pool", "multiprocessing.pool:ThreadPool", "--clause", "LIFE-01")
    code, text = suite.run(*pool)
    assert code == 5, text
    assert suite.records("footer")[0]["counts"] == {"UNSUPPORTED": 1}
