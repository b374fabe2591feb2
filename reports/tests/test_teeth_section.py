"""The section on how the suite is tested: what a clause catches, what it misses, empty rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..fields import RecordError
from ..load_teeth import load_teeth
from ..teeth import TeethTable, build_teeth
from . import samples

NAME = "teeth-20261123T200000Z-py3.13.0.jsonl"


def table_of(folder: Path, *runs: list[dict[str, object]]) -> TeethTable:
    """Return the view of these runs, oldest first."""
    for number, run in enumerate(runs):
        run[0]["started"] = f"2026-11-23T2{number}:00:00+00:00"
        samples.write(folder / f"teeth-{number}.jsonl", run)
    return build_teeth(load_teeth(folder))


def test_a_clause_shows_the_pools_that_it_catches(tmp_path: Path) -> None:
    """Each with its verdict and its start method, in the order of the specification."""
    table = table_of(tmp_path, samples.teeth())
    caught = {
        row.id: [(catch.pool, catch.verdict, catch.start_method) for catch in row.catches]
        for area in table.areas
        for row in area.rows
    }
    assert caught["MAP-01"] == [("reversed", "FAIL", "fork"), ("swallowing", "HANG", "spawn")]
    assert list(caught) == [clause[0] for clause in samples.CLAUSES]


def test_a_row_without_a_catch_is_empty(tmp_path: Path) -> None:
    """A clause that was tried on nothing, or missed all it was tried on; no untested one."""
    table = table_of(tmp_path, samples.teeth())
    empty = {one.level: one.empty for one in table.levels}
    assert empty == {"MUST": (), "SHOULD": ("DEATH-01", "DEATH-02"), "OBSERVED": ("CALL-01",)}
    assert [one.untested for one in table.levels] == [1, 0, 0]
    assert table.sentence == (
        "Clauses that catch one of 2 broken pools: 2 of 2 MUST, 0 of 2 SHOULD, 0 of 1 OBSERVED. "
        "False alarms on 1 odd but sound ones: 1."
    )


def test_what_is_raised_against_a_sound_pool_is_named(tmp_path: Path) -> None:
    """With the verdict; and what it is exempt from, with the reason."""
    (slow,) = table_of(tmp_path, samples.teeth()).sound
    assert (slow.pool, slow.held) == ("slow", 2)
    assert [(trial["clause"], trial["verdict"]) for trial in slow.raised] == [("DEATH-02", "LEAK")]
    assert slow.exempt == (("MAP-02", "by design"),)


def test_a_newer_run_replaces_what_it_repeats(tmp_path: Path) -> None:
    """The newest trial counts, and a pool that is gone from the folder is gone from the page."""
    later = [
        samples.header(kind="teeth", expected=1),
        *samples.clauses(),
        samples.pool("reversed"),
        samples.trial("reversed", "DEATH-01", expected="HANG", verdict="HANG"),
        samples.footer(),
    ]
    table = table_of(tmp_path, samples.teeth(), later)
    rows = {row.id: row for area in table.areas for row in area.rows}
    assert not rows["DEATH-01"].is_empty
    assert [catch.pool for catch in rows["MAP-01"].catches] == ["reversed"]
    assert table.sound == ()


def test_one_python_on_which_a_pool_escapes_is_not_hidden(tmp_path: Path) -> None:
    """A row is what all Pythons saw: one that saw another verdict is what is shown."""
    other = [
        samples.header(kind="teeth", expected=1, python="3.11.7"),
        *samples.teeth()[1:-1],
        samples.trial("swallowing", "MAP-02", verdict="PASS", as_expected=False),
        samples.footer(),
    ]
    table = table_of(tmp_path, samples.teeth(), other)
    (catch,) = next(row for area in table.areas for row in area.rows if row.id == "MAP-02").catches
    assert (catch.verdict, catch.as_expected) == ("PASS", False)


def test_a_run_cut_short_says_so(tmp_path: Path) -> None:
    """No footer: a banner, and the source is incomplete."""
    table = table_of(tmp_path, samples.teeth()[:-1])
    assert "with all of its trials (6 of 6), but without its last line" in table.banners[0]
    assert [source["state"] for source in table.sources] == ["incomplete"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"record": "verdikt"}, "expected \"record\" clause, pool, trial or footer, got 'verdikt'"),
        (samples.trial("x", "MAP-01", verdict="FINE"), "HANG, got 'FINE'"),
        (samples.pool("x", wrong=3), '"wrong" to be a string'),
        (samples.pool("x", exempt={"MAP-01": 1}), '"MAP-01" to be a string'),
    ],
)
def test_a_malformed_line_is_refused_with_its_place(
    tmp_path: Path, line: dict[str, object], expected: str
) -> None:
    """File and line, what was expected and what was got."""
    samples.write(tmp_path / NAME, [samples.header(kind="teeth"), line])
    with pytest.raises(RecordError, match=f"{NAME}, line 2: .*{re.escape(expected)}"):
        load_teeth(tmp_path)


def test_a_file_that_begins_otherwise_is_refused(tmp_path: Path) -> None:
    """The header comes first."""
    samples.write(tmp_path / NAME, [samples.pool("x")])
    with pytest.raises(RecordError, match=r"expected the header first, got 'pool'"):
        load_teeth(tmp_path)


def test_the_page_shows_the_section(report: Path) -> None:
    """Empty rows stand out and are linked to; what a pool says of itself stays text."""
    html = report.read_text(encoding="utf-8")
    assert 'href="#teeth"' in html
    assert '<tr id="teeth-CALL-01" class="empty">' in html
    assert '<a href="#teeth-DEATH-02">DEATH-02</a>' in html
    assert "Untested: needs a clock that can be stopped" in html
    assert "not as expected (hang)" in html
