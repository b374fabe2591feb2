"""The record file of a teeth run, and which hang is the stdlib's own, without any pool."""

import json
from pathlib import Path
from typing import Any

import pytest

from ..clauses import load_clauses
from ..harness import records as harness_records
from ..harness.attempt import Attempt
from ..harness.ruling import Ruling, rule
from ..harness.verdicts import Verdict
from . import records
from .holding import raced_as_the_stdlib
from .specimens import Caught, Specimen

BROKEN = Specimen("reversed", "m:Pool", "Turns it round.", (Caught("MAP-01", "FAIL", "it"),))
SOUND = Specimen("slow", "s:Pool", "Takes its time.", exempt={"MAP-02": "by design"})
HUNG_IN_TERMINATE = """\
Thread 0x1 (most recent call first):
  File "multiprocessing/synchronize.py", line 95 in __enter__
  File "multiprocessing/queues.py", line 376 in put
  File "multiprocessing/pool.py", line 562 in _handle_tasks
Current thread 0x2 (most recent call first):
  File "threading.py", line 1119 in join
  File "multiprocessing/pool.py", line 720 in _terminate_pool
"""


def ruling_on(subject: str, verdict: Verdict, stacks: str | None = None) -> Ruling:
    """Return what MAP-01 rules on an attempt that came to this."""
    return rule(
        clause=load_clauses()["MAP-01"],
        subject=subject,
        start_method="fork",
        test="test_map",
        attempt=Attempt(verdict, duration_s=0.5, message="a message", stacks=stacks),
        oracle=None,
        deviation=None,
    )


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the records of a run of two trials, in a folder of its own."""
    monkeypatch.setattr(f"{harness_records.__name__}.records_folder", lambda: tmp_path)
    with records.TeethRecord([BROKEN], sound=[SOUND], expected=2) as file:
        fail = ruling_on(BROKEN.subject, Verdict.FAIL)
        file.trial(BROKEN, fail, expected="FAIL", as_expected=True, tries=1)
        passed = ruling_on(SOUND.subject, Verdict.PASS)
        file.trial(SOUND, passed, expected=None, as_expected=True, tries=2)
        file.finish(0)
    (path,) = tmp_path.glob("teeth-*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_begins_with_its_header_and_ends_with_its_footer(
    written: list[dict[str, Any]],
) -> None:
    """How many trials were to come, how many came, and what they came to."""
    head, foot = written[0], written[-1]
    assert (head["record"], head["kind"], head["expected"]) == ("header", "teeth", 2)
    assert (foot["record"], foot["ran"]) == ("footer", 2)
    assert foot["counts"] == {"FAIL": 1, "PASS": 1}


def test_a_run_names_every_clause_and_every_pool(written: list[dict[str, Any]]) -> None:
    """Those without a trial too: an empty row has to be seen."""
    assert [r["id"] for r in written if r["record"] == "clause"] == list(load_clauses())
    assert [(r["pool"], r["sound"], r["exempt"]) for r in written if r["record"] == "pool"] == [
        ("reversed", False, {}),
        ("slow", True, {"MAP-02": "by design"}),
    ]


def test_a_trial_says_what_was_expected_and_what_was_ruled(written: list[dict[str, Any]]) -> None:
    """With the number of tries it took."""
    keys = ("pool", "clause", "start_method", "expected", "verdict", "as_expected", "tries")
    trials = [tuple(r[key] for key in keys) for r in written if r["record"] == "trial"]
    assert trials == [
        ("reversed", "MAP-01", "fork", "FAIL", "FAIL", True, 1),
        ("slow", "MAP-01", "fork", None, "PASS", True, 2),
    ]


@pytest.mark.parametrize(
    ("stacks", "lost"),
    [
        (HUNG_IN_TERMINATE, True),
        (HUNG_IN_TERMINATE.replace("line 376 in put", "line 366 in get"), False),
        (HUNG_IN_TERMINATE.replace("_terminate_pool", "get"), False),
        (None, False),
    ],
)
def test_only_the_stdlibs_own_race_is_tried_again(stacks: str | None, *, lost: bool) -> None:
    """terminate() that waits for the sender of tasks, which waits for the result pipe's lock."""
    ruling = ruling_on("m:Pool", Verdict.HANG, stacks)
    assert raced_as_the_stdlib(ruling) is lost
