"""The command: what it refuses, in one line, before it writes or replaces anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..__main__ import Exit, main
from . import samples, timing_samples, traces


def code(*arguments: str | Path) -> int:
    """Return the exit code of the command."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)


def run(folder: Path) -> Path:
    """Return a record of a whole run in `folder`."""
    records = [samples.header(), *samples.clauses(), *samples.all_pass(), samples.footer()]
    return samples.write(folder / "run.jsonl", records)


def test_no_file_but_a_page_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the trace that is drawn, nor a record, nor anything else; a page is."""
    trace = timing_samples.write_json(tmp_path / "trace.json", traces.starved())
    record = run(tmp_path / "records")
    for arguments, kept in (
        (("timeline", trace, "--out", trace), trace),
        (("--records", record.parent, "--out", record), record),
    ):
        before = kept.read_bytes()
        assert code(*arguments) == Exit.USAGE
        said = capsys.readouterr()
        assert f"{kept} is no page of this command, and stays as it is" in said.err
        assert said.out == ""
        assert kept.read_bytes() == before
    page = tmp_path / "page.html"
    page.touch()
    for _ in ("an empty file", "a page"):
        assert code("timeline", trace, "--out", page) == Exit.WRITTEN


@pytest.mark.parametrize("what", ["timeline", "report"])
@pytest.mark.parametrize(
    ("place", "expected"),
    [(".", "expected a file, got the folder"), ("taken/x.html", "expected to write the page to")],
)
def test_a_place_that_takes_no_page_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, place: str, expected: str
) -> None:
    """A folder, or a path through a file: said, with the code of a wrong option."""
    (tmp_path / "taken").touch()
    if what == "timeline":
        trace = timing_samples.write_json(tmp_path / "trace.json", traces.starved())
        arguments = ("timeline", str(trace))
    else:
        arguments = ("--records", str(run(tmp_path / "records").parent))
    assert code(*arguments, "--out", tmp_path / place) == Exit.USAGE
    said = capsys.readouterr()
    assert expected in said.err.splitlines()[-1]
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nowhere", "nowhere, which does not exist"), ("run.jsonl", "the file ")],
)
def test_records_that_are_no_folder_are_called_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, expected: str
) -> None:
    """Not "found none": the folder is not there, or is a file."""
    run(tmp_path)
    assert code("--records", tmp_path / name, "--out", tmp_path / "page.html") == Exit.USAGE
    said = capsys.readouterr().err
    assert "--records: expected a folder of record files, got " in said
    assert expected in said


def test_a_stray_word_is_called_what_was_expected(capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the argument, the word, and what there is; the help does, too."""
    assert code("r1") == Exit.USAGE
    said = capsys.readouterr().err
    assert "argument COMMAND: invalid choice: 'r1'" in said
    assert "timeline" in said
    assert code("--help") == Exit.WRITTEN
    assert "a folder of records is named by --records" in capsys.readouterr().out
