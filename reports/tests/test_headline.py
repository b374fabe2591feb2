"""The sentence on top: it speaks for every pool, and claims no more clauses than were judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..grid import build_grid
from ..headline import Headline, headline
from ..load_conformance import load_conformance
from . import samples


def said(folder: Path, *verdicts: dict[str, Any], **about: Any) -> Headline:
    """Return the headline of a run that recorded `verdicts`; `about` changes its header."""
    names = sorted({one["subject"] for one in verdicts})
    subjects = [{"name": name, "version": None} for name in names]
    run = [samples.header(**({"subjects": subjects} | about)), *samples.clauses(), *verdicts]
    samples.write(folder / "run.jsonl", [*run, samples.footer()])
    data = load_conformance(folder)
    found = headline(build_grid(data), data.subjects)
    assert found is not None
    return found


def judged(subject: str, clause: str = "MAP-01", verdict: str = "PASS") -> dict[str, Any]:
    """Return a verdict under fork."""
    return samples.verdict(clause, subject, "fork", verdict=verdict)


def test_a_pool_that_conforms_does_not_stand_for_those_that_do_not(tmp_path: Path) -> None:
    """Whatever sorts first, FAIL, LEAK and ERROR of the others are in the sentence."""
    found = said(
        tmp_path,
        judged("a:Pool"),
        judged("b:Pool", verdict="FAIL"),
        judged("c:Pool", verdict="LEAK"),
        judged("d:Pool", verdict="ERROR"),
    )
    assert found.sentence == (
        "1 of 4 pools conforms to the MUST clauses it was held to: a (1 of 2). "
        "b and c do not. d was judged by none."
    )
    assert found.pools == (
        "a meets 1 of 2 MUST clauses (all that it was held to).",
        "b breaks the one MUST clause that it was held to, of 2 in all (MAP-01).",
        "c breaks the one MUST clause that it was held to, of 2 in all (MAP-01).",
    )
    assert "On 1 clause the suite itself failed (d)" in found.context


def test_a_part_of_the_clauses_is_never_called_every_clause(tmp_path: Path) -> None:
    """One pool, one clause of several: the sentence says one of how many."""
    found = said(tmp_path, judged("a:Pool"))
    assert found.sentence == "a meets 1 of 2 MUST clauses (all that it was held to)."
    assert found.pools == ()


def test_where_none_conforms_that_is_the_sentence(tmp_path: Path) -> None:
    """Two pools of one module have their whole names."""
    found = said(
        tmp_path, judged("a:Left", verdict="HANG"), judged("a:Right", "MAP-02", verdict="XFAIL")
    )
    assert found.sentence == (
        "None of 2 pools conforms to the MUST clauses it was held to. a:Left and a:Right do not."
    )


def test_a_clause_on_which_the_suite_failed_is_not_met(tmp_path: Path) -> None:
    """PASS under one start method and ERROR under another says nothing of the clause."""
    spawned = samples.verdict("MAP-01", "a:Pool", "spawn", verdict="ERROR")
    found = said(tmp_path, judged("a:Pool"), judged("a:Pool", "MAP-02"), spawned)
    assert found.sentence == "a meets 1 of 2 MUST clauses (all that it was held to)."
