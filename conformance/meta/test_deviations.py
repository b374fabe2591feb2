"""Known failures: the files that say so, and what they excuse."""

from pathlib import Path

import pytest

from ..clauses import load_clauses
from ..harness.attempt import Attempt
from ..harness.deviation_files import load, write
from ..harness.deviations import Deviations, python_here
from ..harness.findings import revise
from ..harness.ruling import ORACLE, Ruling, rule
from ..harness.verdicts import Verdict
from .conftest import Hold
from .table import known_of_the_stdlib
from .whole_run import Suite

_BROKEN = f"{__package__}.broken"
_HURRY = ("--budget-scale", "0.5")  # what hangs here hangs for good
_SHORT_S = 1.5  # seconds: as above
_HANGS = "[[deviation]]\nclause = 'MAP-01'\nverdict = ['HANG']\nreason = 'x'\n"
_LEAKS = "[[deviation]]\nclause = 'MAP-01'\nverdict = ['HANG', 'LEAK']\nreason = 'x'\n"


@pytest.mark.parametrize(
    ("function", "verdict", "words"),
    [
        ("kills_who_holds_the_lock", Verdict.XFAIL, "terminate() ends a worker that holds"),
        ("waits_for_the_lock", Verdict.XFAIL, "terminate() waits for the lock"),
        ("waits_for_ever", Verdict.HANG, "does not return in inner"),
    ],
)
def test_a_hang_is_a_known_race_by_its_stacks(
    hold: Hold, function: str, verdict: Verdict, words: str
) -> None:
    """The stdlib's races in terminate() are known under any clause; another hang is a new one."""
    seen = hold(function, deadline_s=_SHORT_S)
    assert seen.verdict is Verdict.HANG, seen
    ruling = _ruled(seen)
    assert ruling == (verdict, ruling[1]), seen.stacks
    assert words in ruling[1]


def test_a_race_that_is_not_met_again_is_known_by_its_stacks(hold: Hold) -> None:
    """An example that hung once and then passed is excused by how it hung, and by nothing else."""
    seen = hold("kills_who_holds_the_lock", deadline_s=_SHORT_S)
    seen.verdict = Verdict.FLAKY
    assert _ruled(seen)[0] is Verdict.XFAIL
    assert _ruled(Attempt(Verdict.FLAKY))[0] is Verdict.FLAKY
    assert _ruled(Attempt(Verdict.PASS))[0] is Verdict.PASS


def _ruled(seen: Attempt) -> tuple[Verdict, str]:
    """Return verdict and reason where the stdlib's pool did this at a clause that it meets."""
    ruling = _ruling("MAP-01", "fork", seen, known_of_the_stdlib())
    return ruling.verdict, ruling.reason


def _ruling(clause: str, start_method: str, seen: Attempt, known: Deviations) -> Ruling:
    return rule(
        clause=load_clauses()[clause],
        subject=ORACLE,
        start_method=start_method,
        test="test",
        attempt=seen,
        oracle=None,
        deviation=known.knows(clause, start_method, seen),
    )


_KNOWN = """\
# What is known of a pool

# since 3.0
[[deviation]]
clause = "MAP-01"
verdict = ["HANG"]  # by its stacks
reason = "it hangs"
issue = "https://example.org/1"

# asked often
[[deviation]]
clause = "MAP-02"
verdict = ["FAIL"]
start_method = ["spawn"]
reason = "short lists"
"""
_NEW = """
[[deviation]]
clause = "MAP-03"
verdict = ["FAIL"]
{narrower}reason = "raised a \U0001f525"
"""


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, _KNOWN),
        ({("MAP-02", "fork"): "PASS", ("MAP-01", "fork"): "SKIP"}, _KNOWN),
        ({("MAP-01", "fork"): "HANG", ("MAP-02", "spawn"): "FAIL"}, _KNOWN),
        ({("MAP-01", "fork"): "FAIL"}, _KNOWN.replace('["HANG"]', '["FAIL", "HANG"]')),
        (
            {("MAP-01", "fork"): "PASS"},
            _KNOWN.replace('example.org/1"\n', 'example.org/1"\nstart_method = ["spawn"]\n'),
        ),
        (
            {("MAP-01", "fork"): "PASS", ("MAP-01", "spawn"): "PASS"},
            _KNOWN[: _KNOWN.index("[[")] + "\n" + _KNOWN[_KNOWN.index("# asked") :],
        ),
        (
            {("MAP-03", "fork"): "FAIL"},
            _KNOWN + _NEW.format(narrower='start_method = ["fork"]\n'),
        ),
        (
            {("MAP-03", "fork"): "FAIL", ("MAP-03", "spawn"): "FAIL"},
            _KNOWN + _NEW.format(narrower=""),
        ),
    ],
)
def test_a_file_changes_by_what_a_run_has_asked(
    tmp_path: Path, seen: dict[tuple[str, str], str], expected: str
) -> None:
    """What was not asked stays, comments too; what passes goes, where it passes; the rest grows."""
    path = tmp_path / "pool.toml"
    path.write_text(_KNOWN, encoding="utf-8")
    known = load(path, load_clauses())
    rulings = [
        _ruling(clause, method, Attempt(Verdict(verdict), message="raised a \U0001f525"), known)
        for (clause, method), verdict in seen.items()
    ]
    write(known, revise(known, rulings, ["fork", "spawn"]))
    assert path.read_text(encoding="utf-8") == expected
    load(path, load_clauses())


def test_what_had_no_time_for_all_its_examples_disproves_nothing(tmp_path: Path) -> None:
    """An entry is not stale by the few examples that a slow machine had time for."""
    path = tmp_path / "pool.toml"
    path.write_text(_KNOWN, encoding="utf-8")
    known = load(path, load_clauses())
    few = Attempt(Verdict.PASS, examples=1, cut_short=True)
    rulings = [_ruling("MAP-01", method, few, known) for method in ("fork", "spawn")]
    assert [ruling.verdict for ruling in rulings] == 2 * [Verdict.PASS]
    assert "known to fail (it hangs)" in rulings[0].reason
    assert not revise(known, rulings, ["fork", "spawn"]).changes(known.entries)


def test_what_a_python_does_is_written_of_this_python(tmp_path: Path) -> None:
    """An entry for several versions stays as it is for the others, and narrows for this one."""
    path = tmp_path / "pool.toml"
    entry = "[[deviation]]\nclause = 'MAP-01'\nverdict = ['FAIL']\nreason = 'x'\n"
    path.write_text(f"{entry}python = ['2.7', '{python_here()}']\n", encoding="utf-8")
    known = load(path, load_clauses())
    write(
        known,
        revise(
            known,
            [_ruling("MAP-01", "fork", Attempt(Verdict.PASS), known)],
            ["fork", "spawn"],
        ),
    )
    left = load(path, load_clauses()).entries
    assert [(e.pythons, e.start_methods) for e in left] == [
        (("2.7",), ()),
        ((python_here(),), ("spawn",)),
    ]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("[[deviation", 4, "expected TOML"),
        ("[deviation]", 4, "expected [[deviation]] tables only"),
        ("deviation = [{clause = 'MAP-01'}]", 4, "expected [[deviation]] tables only"),
        ("[[deviation]]\nclause = 'NO-99'\nverdict = ['FAIL']\nreason = 'x'", 4, "NO-99"),
        ("[[deviation]]\nclause = 'MAP-01'\nverdict = ['FAIL']", 4, "expected a reason"),
        (
            "[[deviation]]\nclause = 'MAP-01'\nverdict = ['BAD']\nreason = 'x'",
            4,
            "verdicts out of BLOCKED, CRASH,",
        ),
        ("[[deviation]]\nclause = '*'\nverdict = ['LEAK']\nreason = 'x'", 4, "expected PASS among"),
        (f"{_HANGS}stacks = ['in (get']", 4, "expected stacks as regular expressions (missing )"),
        (f"{_HANGS}stacks = 7", 4, "expected stacks as a text or a list of texts, got 7"),
        (f"{_LEAKS}stacks = ['in get']", 4, "expected stacks only where the verdicts are HANG"),
        (
            "[[deviation]]\nclause = 'MAP-01'\nverdict = ['FAIL']\nreason = 'x'",
            1,
            "remove the entry of MAP-01",
        ),
    ],
)
def test_a_bad_deviation_file_stops_the_run(
    suite: Suite, content: str, code: int, words: str
) -> None:
    """A file that is malformed, or speaks of what is not so, is an error that says where."""
    (suite.deviations / "multiprocessing.Pool.toml").write_text(content, encoding="utf-8")
    got, text = suite.run("--pool", "multiprocessing:Pool", "--clause", "MAP-01")
    assert got == code, text
    assert words in text


def test_a_known_failure_is_written_down_and_then_expected(suite: Suite) -> None:
    """--write-deviations makes the entry that turns the failure into XFAIL, and keeps the rest."""
    name = f"{_BROKEN}.reversed_map"
    path = suite.deviations / f"{name}.Pool.toml"
    path.write_text(f"# for once\n{_HANGS.replace('01', '02')}", encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    arguments = ("--pool", f"{name}:Pool", "--clause", "MAP-01")
    code, text = suite.run(*arguments, "--write-deviations")
    assert code == 1, text
    assert f"known failures, written: {path}" in text
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after.count("[[deviation]]") == before.count("[[deviation]]") + 1
    code, text = suite.run(*arguments)
    assert code == 0, text
    assert suite.records("footer")[0]["counts"] == {"XFAIL": 1}
    code, text = suite.run(*arguments, "--write-deviations")
    assert "known failures: as they were" in text
    assert path.read_text(encoding="utf-8") == after


def test_what_goes_wrong_whatever_is_asked_needs_one_entry(suite: Suite) -> None:
    """An entry for any clause excuses its own verdicts, and none that it does not name."""
    known = "[[deviation]]\nclause = '*'\nverdict = ['LEAK', 'PASS']\nreason = 'now and then'"
    for pool, expected, counts in (
        ("leaking_descriptor", 0, {"XFAIL": 1}),
        ("ended_but_once", 0, {"PASS": 1}),
        ("reversed_map", 1, {"FAIL": 1}),
    ):
        name = f"{_BROKEN}.{pool}"
        (suite.deviations / f"{name}.Pool.toml").write_text(known, encoding="utf-8")
        code, text = suite.run("--pool", f"{name}:Pool", "--clause", "MAP-01", *_HURRY)
        assert code == expected, text
        assert suite.records("footer")[0]["counts"] == counts
