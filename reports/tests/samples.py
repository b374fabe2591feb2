"""Record files made by hand for the tests: small, and with one of everything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HOSTILE = "</script><script>alert('gotcha')</script><img src=x onerror=alert(1)>"
METHODS = ("fork", "spawn")
SUBJECTS = ("poolproof:Pool", "multiprocessing:Pool", "billiard:Pool")

CLAUSES = (
    ("MAP-01", "map and starmap", "MUST", "map() returns the results in the order of the items."),
    ("MAP-02", "map and starmap", "MUST", "map() raises the first exception that an item raises."),
    ("DEATH-01", "worker death", "SHOULD", "A worker that is killed fails the item that it ran."),
    ("DEATH-02", "worker death", "SHOULD", "No process is left when the pool is collected."),
    ("CALL-01", "callbacks", "OBSERVED", "A callback runs in a thread of the parent."),
    ("CALL-02", "callbacks", "MUST", "A callback is never run twice."),
)


def header(**changes: Any) -> dict[str, Any]:
    """Return a header; `changes` replace its keys."""
    return {
        "record": "header",
        "schema": 1,
        "suite_version": "0.1.0",
        "started": "2026-11-23T20:00:00+00:00",
        "command": "pytest conformance",
        "python": "3.13.0",
        "implementation": "CPython",
        "platform": "Linux-6.1-x86_64",
        "machine": "x86_64",
        "cpu_count": 2,
        "load_average": [0.5, 0.4, 0.3],
        "budget": {"deadline_s": 5.0, "calibration_s": 0.04, "scale": 1.0},
        "seed": 20261123,
        "levels": ["MUST", "SHOULD", "OBSERVED"],
        "clause_filter": None,
        "strict": False,
        "subjects": [
            {"name": "poolproof:Pool", "version": "0.1.0", "available": True},
            {"name": "multiprocessing:Pool", "version": "3.13.0", "available": True},
            {
                "name": "billiard:Pool",
                "version": "4.3.2",
                "requirement": "billiard==4.3.2",
                "available": True,
                "start_methods": list(METHODS),
            },
            {
                "name": "mpire:WorkerPool",
                "version": None,
                "requirement": "mpire==2.10.2",
                "available": False,
                "reason": "No module named 'mpire'",
            },
        ],
        "expected": 30,
    } | changes


def clauses() -> list[dict[str, Any]]:
    """Return the clause records; the last one is untested."""
    records = [
        {
            "record": "clause",
            "id": name,
            "area": area,
            "level": level,
            "text": text,
            "intent": "So that a reader can rely on it.",
            "source": "docs: Pool; gh-96062; bpo-22393; https://docs.python.org/3/library/",
            "since": None,
            "until": None,
            "untested": None,
        }
        for name, area, level, text in CLAUSES
    ]
    records[-1]["untested"] = "needs a clock that can be stopped"
    return records


def verdict(clause: str, subject: str, method: str, **changes: Any) -> dict[str, Any]:
    """Return a verdict record, PASS unless `changes` say otherwise."""
    return {
        "record": "verdict",
        "clause": clause,
        "subject": subject,
        "start_method": method,
        "verdict": "PASS",
        "phase": None,
        "duration_s": 0.042,
        "replay": f"pytest conformance --pool {subject} --start-method {method} --clause {clause}",
    } | changes


def all_pass(subjects: Iterable[str] = SUBJECTS) -> list[dict[str, Any]]:
    """Return a PASS for each testable clause, subject and start method."""
    testable = [clause["id"] for clause in clauses() if not clause["untested"]]
    return [
        verdict(clause, subject, method)
        for subject in subjects
        for method in METHODS
        for clause in testable
    ]


def failing() -> list[dict[str, Any]]:
    """Return verdicts of which some are bad: FAIL with hostile text, HANG, LEAK, XFAIL."""
    bad = [
        verdict(
            *("MAP-02", "billiard:Pool", "fork"),
            verdict="FAIL",
            expected="ValueError('first')",
            stdlib="PASS: ValueError('first')",
            observed=HOSTILE,
            message=HOSTILE,
            script="from billiard import Pool\n",
            checks="the order in which results are set",
            deviation={"reason": "known upstream", "issue": "celery/billiard#260"},
        ),
        verdict(
            *("DEATH-01", "multiprocessing:Pool", "spawn"),
            verdict="HANG",
            phase="get",
            duration_s=5.0,
            expected="an error that names the worker's end",
            observed="no answer within 5 s",
            stacks="Thread 0x1 (most recent call first):\n  wait()",
            history=[
                {"item": 0, "attempt": 1, "worker": 11, "started_s": 0.0, "ended_s": 0.1},
                {"item": 1, "attempt": 1, "worker": 12, "started_s": 0.0, "ended": "lost"},
            ],
        ),
        verdict(
            *("DEATH-02", "billiard:Pool", "spawn"),
            verdict="LEAK",
            census={"children": ["pid 4711"], "threads": [], "fds": ["7 -> pipe"]},
        ),
        verdict("CALL-01", "billiard:Pool", "spawn", verdict="DIFFERS"),
        verdict(
            *("DEATH-01", "billiard:Pool", "fork"),
            verdict="XFAIL",
            body="HANG",
            deviation={"reason": "waits ten seconds", "issue": "celery/billiard#1"},
        ),
    ]
    replaced = {(one["clause"], one["subject"], one["start_method"]) for one in bad}
    rest = [
        one
        for one in all_pass()
        if (one["clause"], one["subject"], one["start_method"]) not in replaced
    ]
    return rest + bad


def footer(**changes: Any) -> dict[str, Any]:
    """Return a footer; `changes` replace its keys."""
    return {
        "record": "footer",
        "finished": "2026-11-23T20:01:00+00:00",
        "ran": 30,
        "collected": 30,
        "expected": 30,
        "counts": {},
        "exit_code": 1,
    } | changes


def write(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    """Write `records` as JSON lines to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def cpython_tests() -> list[dict[str, Any]]:
    """Return a run of CPython's own tests: three passed, one hung."""
    about = {"record": "test", "subject": "billiard:Pool", "start_method": "fork"}
    tests = [
        about | {"test": f"TestPool.test_{name}", "result": "pass", "duration_s": 0.1}
        for name in ("apply", "map", "imap")
    ]
    hung = {"test": "TestPool.test_terminate", "result": "hang", "message": HOSTILE}
    subjects = [{"name": "billiard:Pool", "version": "4.3.2"}]
    return [
        header(kind="cpython", subjects=subjects, expected=4),
        *tests,
        about | hung,
        footer(ran=4, expected=4),
    ]


def pool(name: str, **changes: Any) -> dict[str, Any]:
    """Return a pool record of the suite's own test, a broken one unless `changes` say otherwise."""
    wrong = f"Does {name} wrong."
    return {"record": "pool", "pool": name, "sound": False, "wrong": wrong, "exempt": {}} | changes


def trial(name: str, clause: str, **changes: Any) -> dict[str, Any]:
    """Return a trial record: FAIL as expected, unless `changes` say otherwise."""
    return {
        "record": "trial",
        "pool": name,
        "clause": clause,
        "start_method": "fork",
        "expected": "FAIL",
        "verdict": "FAIL",
        "as_expected": True,
        "tries": 1,
        "message": None,
        "phase": None,
        "duration_s": 0.1,
    } | changes


def teeth() -> list[dict[str, Any]]:
    """Return a run of the suite's own test: one clause missed its pool, one has none."""
    held = {"expected": None, "verdict": "PASS"}
    missed = {"expected": "HANG", "verdict": "PASS", "as_expected": False}
    return [
        header(kind="teeth", expected=6),
        *clauses(),
        pool("reversed"),
        pool("swallowing", wrong=HOSTILE),
        pool("slow", sound=True, exempt={"MAP-02": "by design"}),
        trial("reversed", "MAP-01"),
        trial("swallowing", "MAP-01", verdict="HANG", expected="HANG", start_method="spawn"),
        trial("swallowing", "MAP-02", tries=2),
        trial("reversed", "DEATH-01", **missed),
        trial("slow", "MAP-01", **held),
        trial("slow", "DEATH-02", verdict="LEAK", as_expected=False, expected=None),
        footer(ran=6, expected=6),
    ]
