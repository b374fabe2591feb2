"""Record files that are whole, cut short or wrong, and the command's exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..__main__ import Exit, main
from ..conditions import build_conditions
from ..fields import RecordError
from ..folder import of_kind
from ..load_conformance import load_conformance
from ..records import read
from . import samples, timing_samples

NAME = "conformance-20261123T200000Z-py3.13.0.jsonl"


def build(folder: Path) -> int:
    """Build the report of `folder` into it."""
    arguments = ["--records", str(folder), "--asv", str(folder / "asv")]
    return main([*arguments, "--out", str(folder / "report.html")])


def test_a_whole_file_is_complete(tmp_path: Path) -> None:
    """Header, clauses, verdicts and footer come back as they were written."""
    run = [samples.header(), *samples.clauses(), *samples.all_pass(), samples.footer()]
    found = read(samples.write(tmp_path / NAME, run))
    assert found is not None
    assert found.complete
    assert len(found.clauses) == len(samples.CLAUSES)
    assert {verdict.verdict for verdict in found.verdicts} == {"PASS"}


def test_a_file_cut_within_a_line_is_shown_as_incomplete(tmp_path: Path) -> None:
    """An interrupted run loses its last line and nothing else; a banner says so."""
    run = [samples.header(), *samples.clauses(), *samples.failing()]
    path = samples.write(tmp_path / NAME, run)
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    found = read(path)
    assert found is not None
    assert not found.complete
    assert len(found.verdicts) == len(samples.failing()) - 1
    assert build(tmp_path) == Exit.WRITTEN
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"interrupted after {len(found.verdicts)} of 30 checks" in page


def test_interrupted_runs_share_one_warning(tmp_path: Path) -> None:
    """It names each; one that only lacks its last line was not interrupted "after 1 of 1"."""
    verdict = samples.verdict("MAP-01", "billiard:Pool", "fork")
    for name, expected in (("a", 9), ("b", 30), ("c", 1)):
        run = [samples.header(expected=expected), *samples.clauses(), verdict]
        samples.write(tmp_path / f"{name}.jsonl", run)
    (banner,) = build_conditions(load_conformance(tmp_path).runs).banners
    assert banner.startswith("Incomplete: 3 runs have no end: the run of 2026-11-23 20:00 UTC")
    assert "interrupted after 1 of 9 checks (a.jsonl)" in banner
    assert "interrupted after 1 of 30 checks (b.jsonl)" in banner
    assert "with all of its checks (1 of 1), but without its last line (c.jsonl)" in banner
    assert build(tmp_path) == Exit.WRITTEN
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("Incomplete:") == 1


@pytest.mark.parametrize("name", [NAME, "teeth-1.jsonl", "cpython-1.jsonl", "mine"])
@pytest.mark.parametrize(
    ("length", "expected"), [(50, "cut short within its first line"), (0, "it is empty")]
)
def test_a_file_cut_within_its_header_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, length: int, expected: str
) -> None:
    """A run that was stopped at once leaves nothing to show."""
    path = samples.write(tmp_path / name, [samples.header()])
    path.write_text(path.read_text(encoding="utf-8")[:length], encoding="utf-8")
    assert read(path) is None
    assert build(tmp_path) == Exit.NO_RECORDS
    assert f"left out {path}: it" in (said := capsys.readouterr().err)
    assert expected in said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{nonsense", "expected one JSON object a line"),
        ('["a list"]', "expected a JSON object"),
        ('{"record": "verdikt"}', "verdict, footer; got 'verdikt'"),
        ('{"record": "verdict", "clause": 3}', '"verdict" to be a string, got nothing'),
        (json.dumps(samples.verdict("A-1", "x:Y", "fork", verdict="FINE")), "HANG, got 'FINE'"),
        (json.dumps(samples.verdict("A-1", "x:Y", "fork", duration_s="5")), '"duration_s"'),
        (json.dumps(samples.clauses()[0] | {"level": "MAY"}), "MUST, SHOULD, OBSERVED, got 'MAY'"),
        (json.dumps(samples.header(schema=2)), '"schema" 1, got 2'),
    ],
)
def test_a_malformed_line_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    """The error names file, line and what was expected, and has an exit code of its own."""
    path = samples.write(tmp_path / NAME, [samples.header()])
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    assert build(tmp_path) == Exit.MALFORMED
    said = capsys.readouterr().err
    assert f"{NAME}, line 2: " in said
    assert expected in said
    assert said.count("\n") == 1


def test_a_file_without_header_is_an_error(tmp_path: Path) -> None:
    """A verdict without its conditions means nothing."""
    path = samples.write(tmp_path / NAME, samples.all_pass())
    with pytest.raises(RecordError, match="line 1: expected the header first, got verdict"):
        read(path)


def test_no_records_says_which_commands_make_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to show is said plainly, on stderr, with exit code 1."""
    assert build(tmp_path) == Exit.NO_RECORDS
    said = capsys.readouterr()
    assert said.out == ""
    for command in ("pytest conformance", "pytest benchmarks/compare", "asv run", "--fresh"):
        assert command in said.err


def test_the_newest_run_wins_cell_by_cell(tmp_path: Path) -> None:
    """A newer run replaces the verdicts that it has, and leaves the others."""
    old = [samples.header(), *samples.clauses(), *samples.all_pass(), samples.footer()]
    later = samples.header(started="2026-11-24T00:00:00+00:00")
    fail = samples.verdict("MAP-01", "billiard:Pool", "fork", verdict="FAIL")
    samples.write(tmp_path / NAME, old)
    samples.write(tmp_path / "conformance-2.jsonl", [later, *samples.clauses(), fail])
    data = load_conformance(tmp_path)
    assert len(data.verdicts) == len(samples.all_pass())
    failed = data.verdicts[data.verdicts["verdict"] == "FAIL"]
    assert list(failed["clause"]) == ["MAP-01"]
    assert list(failed["file"]) == ["conformance-2.jsonl"]
    assert list(data.runs["complete"]) == [False, True]


def test_a_record_may_have_any_name(tmp_path: Path) -> None:
    """What a file holds says what it is."""
    run = [samples.header(), *samples.clauses(), *samples.all_pass(), samples.footer()]
    samples.write(tmp_path / "mine.jsonl", run)
    samples.write(tmp_path / "compare-1.json", run)
    samples.write(tmp_path / "bare", samples.cpython_tests())
    timing_samples.write_json(tmp_path / "timings", timing_samples.comparison())
    assert set(load_conformance(tmp_path).runs["file"]) == {"mine.jsonl", "compare-1.json"}
    assert of_kind(tmp_path, "cpython") == [tmp_path / "bare"]
    assert of_kind(tmp_path, "compare") == [tmp_path / "timings"]
    assert build(tmp_path) == Exit.WRITTEN


def test_no_error_tells_to_delete_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of benchmarks that is malformed may be somebody's all the same."""
    (tmp_path / "compare-1.json").write_text("not json", encoding="utf-8")
    assert build(tmp_path) == Exit.MALFORMED
    said = capsys.readouterr().err
    assert "compare-1.json, line 1: expected JSON as pytest-benchmark writes it" in said
    assert "delete the file" not in said


def test_what_is_no_record_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with the reason, and the page is built from the rest."""
    samples.write(tmp_path / NAME, [samples.header(), *samples.clauses(), *samples.all_pass()])
    samples.write(tmp_path / "headless.jsonl", samples.all_pass())
    samples.write(tmp_path / "later.jsonl", [samples.header(kind="opinions")])
    (tmp_path / "trace.json").write_text("[]", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("by hand", encoding="utf-8")
    assert build(tmp_path) == Exit.WRITTEN
    said = capsys.readouterr().err.splitlines()
    begin = f"python -m reports: left out {tmp_path}/"
    assert [line.removeprefix(begin).partition(":")[0] for line in said] == [
        "headless.jsonl",
        "later.jsonl",
        "notes.txt",
        "trace.json",
    ]
    assert "teeth in its first line, got none" in said[0]
    assert "got one of kind 'opinions'" in said[1]
    assert "teeth in its first line, got none; or JSON of benchmarks" in said[2]
    assert "as pytest-benchmark writes it" in said[3]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("not json", "expected JSON in Chrome's trace format"),
        ('{"events": []}', "expected a list of events"),
        ("[]", 'expected events with "ph": "X"'),
        ('[{"ph": "X", "ts": 1, "dur": -5}]', '"dur" to be 0 or more microseconds'),
    ],
)
def test_a_file_that_is_no_trace_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, expected: str
) -> None:
    """The timeline command says what a trace is, and writes nothing."""
    trace = tmp_path / "trace.json"
    trace.write_text(content, encoding="utf-8")
    out = tmp_path / "timeline.html"
    assert main(["timeline", str(trace), "--out", str(out)]) == Exit.MALFORMED
    assert expected in capsys.readouterr().err
    assert not out.exists()
