"""What pytest is asked for and cannot be done: one line, its own exit code, and no run."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..clauses import SPEC
from ..harness.exits import Exit, in_words
from ..harness.records import refusal
from ..place import ROOM
from .whole_run import LIMIT_S, Suite


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--pool", "nosuchmodule:Pool"), 6, "nosuchmodule:Pool does not import"),
        (("--pool", "math:sqrt"), 6, "math:sqrt is no pool"),
        (("--pool", "json:loads"), 7, "json:loads under fork fails the smoke test"),
        (("--clause", "MAP-01", "--level", "OBSERVED"), 5, "matches --clause MAP-01; --list"),
        (("--level", "MIGHT"), 4, "invalid choice: 'MIGHT'"),
        (("--level", "must"), 4, "invalid choice: 'must'"),
        (("--budget-scale", "0"), 4, "expected a number above 0 and at most 1000, got '0'"),
        (("--budget-scale", "inf"), 4, "argument --budget-scale: expected a number above 0 and at"),
        (("--deviations", "no/such"), 4, "got 'no/such'; to make it, say --write-deviations"),
        (("--deviations", "README.md"), 4, "got 'README.md': README.md is a file"),
        (("--deviations", "README.md", "--write-deviations"), 4, "README.md is a file"),
        (("--deviations", "README.md/x", "--write-deviations"), 4, "README.md is a file"),
        (
            ("--deviations", "/proc/none", "--write-deviations"),
            4,
            "--write-deviations: expected a folder that can be written, got '/proc/none': No such",
        ),
        (("--summary", "no/such/file"), 4, "--summary: expected a file that can be written"),
        (("--record", "/proc/no/such"), 4, "--record: expected a file that can be written, got"),
        (
            ("--record", "/proc/none", "--pool", "nosuchmodule:Pool"),  # not 6: it is refused first
            4,
            "--record: expected a file that can be written, got '/proc/none': No such file",
        ),
        (("--record", "conformance"), 4, "got 'conformance', which is a folder"),
        (("--jobs", "many"), 4, "argument --jobs: expected a whole number above 0, got 'many'"),
    ],
)
def test_bad_input_has_a_line_and_a_code(
    suite: Suite, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Each mistake on the command line gives one line and its own exit code."""
    got, text = suite.run(*arguments)
    assert got == code, text
    assert "Traceback" not in text
    (line,) = [line for line in text.splitlines() if words in line]
    assert "<" not in line, "words, and no repr of them"
    assert line.startswith(("ERROR: ", "python -m pytest: error: ", "__main__.py: error: ")), line


def test_a_folder_too_deep_for_sockets_is_no_fault_of_the_pool(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the stdlib cannot make its own, the suite cannot run: 3, and what to set."""
    deep = tmp_path / ("d" * 140)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    code, text = suite.run("--pool", "multiprocessing:Pool", "--clause", "MAP-01")
    if code == Exit.CONFORMS:
        pytest.skip("this Python binds its sockets elsewhere when the path is too long")
    assert code == Exit.SUITE_FAILED, text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: ")]
    assert f"got '{deep}'; set a shorter one, for instance TMPDIR=/tmp" in line
    assert "Traceback" not in text
    assert not list(deep.iterdir())


def test_a_path_for_records_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    """A run that is refused for another reason has made no file, not behind a link either."""
    target, link = tmp_path / "new" / "record.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(target)
    for path in (target, link, Path("/dev/null")):
        assert refusal(path) is None
    assert not target.exists()
    assert link.is_symlink()
    target.write_text("kept", encoding="utf-8")
    assert "which holds no records of this suite" in str(refusal(link))
    assert target.read_text(encoding="utf-8") == "kept"


_MISTYPED = {
    "LEFT-99": "LEFT has LEFT-01 to LEFT-07",
    "left-99": "LEFT has LEFT-01 to LEFT-07; ids are in capitals: LEFT-99",
    "map-03": "ids are in capitals: MAP-03",
    "MPA": "is it MAP?",
    "MPA-01": "is it MAP?",
    "deth": "is it DEATH?",
    "NOSUCH": "areas are API, ",
    "": "areas are API, ",
}


@pytest.mark.parametrize("asked", [("--list",), ("--pool", "nosuchmodule:Pool")])
def test_a_mistyped_clause_gives_4_before_anything_starts(
    suite: Suite, asked: tuple[str, ...]
) -> None:
    """Listed or run, one that begins no clause is a mistake, whatever stands beside it."""
    named = [f"--clause={prefix}" for prefix in ("MAP-01", *_MISTYPED)]
    code, text = suite.run(*asked, *named)
    assert code == Exit.USAGE, text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: ")]
    assert "'MAP-01'" not in line
    for prefix, meant in _MISTYPED.items():
        assert f" with {prefix!r} ({meant}" in line
    assert "nosuchmodule" not in text, "no pool has been looked for"


@pytest.mark.parametrize("asked", [("--list",), ()])
def test_a_malformed_specification_gives_3(tmp_path: Path, asked: tuple[str, ...]) -> None:
    """One line says where and what, before any test module is imported: no INTERNALERROR."""
    room = tmp_path / ROOM.name
    shutil.copytree(ROOM, room, ignore=shutil.ignore_patterns("meta", "__pycache__"))
    spec = room / SPEC.name
    whole = spec.read_text(encoding="utf-8")
    spec.write_text(whole.replace("### MAP-02 MUST", "### MAP-02 MAY"), encoding="utf-8")
    line = whole[: whole.index("### MAP-02 MUST")].count("\n") + 1
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", room.name, *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == Exit.SUITE_FAILED, done.stdout
    told, code = done.stderr.splitlines()
    expected = "expected a level (MUST, SHOULD, OBSERVED), got MAY"
    assert told.startswith(f"ERROR: {spec}:{line}: {expected}; mend that line")
    assert code == in_words(Exit.SUITE_FAILED)
