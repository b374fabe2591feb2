"""The form of the files of known failures, without any run."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest

from ..clauses import load_clauses
from ..harness.deviation_files import DeviationError, load, path_of
from ..harness.known_failures import KnownFailures
from ..harness.readiness import ReadySubject


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("python = 3.12", 'python as a text or a list of texts, for instance ["3.11", "3.12"]'),
        ("python = ['3.12.1']", "expected python as a text"),
        ("python = [3.10]", "expected python as a text"),
        ("python = []", "expected python as a text"),
        ("start_method = true", "expected start_method as a text"),
        ("start_method = ['fork', 1]", "expected start_method as a text"),
        ("issue = 5", "expected the issue as a text, got 5"),
        ("reason = 5", "expected a reason, got 5"),
    ],
)
def test_a_value_of_another_form_does_not_widen_an_entry(
    tmp_path: Path, line: str, words: str
) -> None:
    """What narrows an entry is understood or refused: else it would hide what is not known."""
    path = tmp_path / "pool.toml"
    reason = "" if line.startswith("reason") else "reason = 'x'\n"
    path.write_text(
        f"[[deviation]]\nclause = 'MAP-01'\nverdict = 'FAIL'\n{reason}{line}\n", encoding="utf-8"
    )
    with pytest.raises(DeviationError, match=re.escape(words)) as caught:
        load(path, load_clauses())
    assert f"{path}: entry MAP-01: " in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file of another encoding, or a folder, is malformed as any other."""
    path = tmp_path / "pool.toml"
    path.write_bytes("[[deviation]] # é".encode("latin-1"))
    with pytest.raises(DeviationError, match=r"pool\.toml: expected TOML, got 'utf-8' codec"):
        load(path, load_clauses())
    with pytest.raises(DeviationError, match="expected a file to read, got: Is a directory"):
        load(tmp_path, load_clauses())


@pytest.mark.parametrize(
    ("method", "refused"), [("frok", True), ("fork", False), ("spawn", False), ("ray", False)]
)
def test_a_start_method_that_the_pool_has_not_is_refused(
    tmp_path: Path, method: str, refused: bool
) -> None:
    """The standard library's are known everywhere; an engine has one of its own."""
    name = "mylib:Pool"
    path_of(tmp_path, name).write_text(
        "[[deviation]]\nclause = 'MAP-01'\nverdict = 'FAIL'\nreason = 'x'\n"
        f"start_method = '{method}'\n",
        encoding="utf-8",
    )
    known = KnownFailures([name], tmp_path)
    known.read()
    expected = "entry MAP-01: expected start_method out of fork, forkserver, ray, spawn, got frok"
    with pytest.raises(DeviationError, match=expected) if refused else nullcontext():
        known.check([ReadySubject(name, ("ray",), {"start_methods": ["ray"]})])
    known.check([ReadySubject(name, (), {}, reason="it is not installed")])
