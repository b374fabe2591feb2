"""The command that replays a ruling: what it has to repeat of the run that ruled."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from .. import place
from ..clauses import load_clauses
from ..harness.attempt import Attempt
from ..harness.deviations import Deviation
from ..harness.ruling import rule
from ..harness.verdicts import Verdict


def _replay(
    clause: str, verdict: Verdict, known: Deviation | None = None, examples: int | None = None
) -> list[str]:
    ruling = rule(
        clause=load_clauses()[clause],
        subject="m:Pool",
        start_method="fork",
        test="test",
        attempt=Attempt(verdict),
        oracle=None,
        deviation=known,
        examples=examples,
    )
    named = ["--pool", "m:Pool", "--start-method", "fork", "--clause", clause]
    start = shlex.split(place.PYTEST) + named
    words = shlex.split(ruling.replay)
    assert words[: len(start)] == start
    return words[len(start) :]


@pytest.mark.parametrize(
    ("clause", "verdict", "added"),
    [
        ("MAP-01", Verdict.FAIL, []),
        ("RES-12", Verdict.FAIL, []),
        ("DEATH-01", Verdict.HANG, ["--strict"]),
        ("DEATH-01", Verdict.PASS, []),
    ],
)
def test_a_should_that_is_not_met_is_shown_again(
    clause: str, verdict: Verdict, added: list[str]
) -> None:
    """A run that is not strict would pass over it without a word of what was seen."""
    assert _replay(clause, verdict) == added


def test_as_many_examples_are_tried_again() -> None:
    """The example that failed may be the thousandth."""
    assert _replay("MAP-01", Verdict.FAIL, examples=1000) == ["--examples", "1000"]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.PASS])
@pytest.mark.parametrize(
    ("folder", "added"),
    [
        (Path("of my own"), ["--deviations", "of my own"]),
        (place.OWN_DEVIATIONS, []),
        (place.SHIPPED_DEVIATIONS, []),
    ],
)
def test_what_is_known_is_known_again(verdict: Verdict, folder: Path, added: list[str]) -> None:
    """A stale entry passes, and a known failure fails, where its file is not read."""
    known = Deviation("MAP-01", frozenset({Verdict.FAIL}), "x", file=folder / "m.Pool.toml")
    assert _replay("MAP-01", verdict, known) == added


def test_the_suite_is_named_from_the_current_folder(tmp_path: Path) -> None:
    """Who holds a pool to a checkout from elsewhere can copy the command, too."""
    told = subprocess.run(
        [sys.executable, "-c", f"import {place.PACKAGE}.place as place; print(place.PYTEST)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(place.SOURCE_ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *command, room = shlex.split(told.stdout)
    assert command == ["python", "-m", "pytest"]
    assert (tmp_path / room).resolve() == place.ROOM
