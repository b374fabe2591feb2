"""SPEC.md is well formed, and the reader refuses every way in which it might not be."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ..clauses import (
    SPEC,
    Clause,
    Level,
    UnknownClauseError,
    clause,
    load_clauses,
    main,
    mark_of,
    summary,
)
from ..specfile import SpecError, read_spec

CLAUSES = list(load_clauses().values())

FORM = """\
# A specification

## Glossary
prose, until the first area

## MAP: map and starmap

### MAP-01 MUST
`map` MUST return
one result per item.
- Intent: A caller zips results
  with inputs.
- Source: docs "Pool.map"
- Since: 3.12
- Until: 3.13
- Check: the order of chunks
- Untested: a reason

### MAP-03 SHOULD
It SHOULD end.
- Intent: Nobody waits for ever.
- Source: observed
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a specification to a file of its own."""

    def write(text: str) -> Path:
        path = tmp_path / "SPEC.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_every_part_of_a_clause_is_read(written: Callable[[str], Path]) -> None:
    """A clause keeps its sentence and its fields, each joined into one line."""
    clauses = load_clauses(written(FORM))
    assert list(clauses) == ["MAP-01", "MAP-03"]
    assert clauses["MAP-01"] == Clause(
        id="MAP-01",
        area="MAP",
        level=Level.MUST,
        text="`map` MUST return one result per item.",
        intent="A caller zips results with inputs.",
        source='docs "Pool.map"',
        since="3.12",
        until="3.13",
        check="the order of chunks",
        untested="a reason",
    )
    bare = clauses["MAP-03"]
    assert (bare.since, bare.until, bare.check, bare.untested) == (None, None, None, None)


def test_areas_keep_their_titles(written: Callable[[str], Path]) -> None:
    """Headings before the first area are prose, an area has its title."""
    assert read_spec(written(FORM)).areas == {"MAP": "map and starmap"}


MALFORMED = {
    "second area without a title": ("### MAP-03 SHOULD", "## Notes\n\n### MAP-03 SHOULD", 19),
    "area opened twice": ("### MAP-03 SHOULD", "## MAP: again\n\n### MAP-03 SHOULD", 19),
    "prose under an area": ("starmap\n", "starmap\n\nSome words.\n", 8),
    "clause before any area": ("## Glossary", "### MAP-00 MUST", 3),
    "clause heading without a number": ("### MAP-03 SHOULD", "### MAP SHOULD", 19),
    "clause heading with three digits": ("### MAP-03 SHOULD", "### MAP-003 SHOULD", 19),
    "clause heading without a level": ("### MAP-03 SHOULD", "### MAP-03", 19),
    "clause of another area": ("### MAP-03", "### IMAP-03", 19),
    "level that is none": ("MAP-03 SHOULD", "MAP-03 MAY", 19),
    "id used twice": ("### MAP-03", "### MAP-01", 19),
    "number that goes back": ("### MAP-03", "### MAP-00", 19),
    "clause without a sentence": ("It SHOULD end.\n", "", 19),
    "second paragraph": ("It SHOULD end.\n", "It SHOULD end.\n\nAnd more.\n", 22),
    "sentence after the fields": ("- Source: observed\n", "- Source: observed\nmore\n", 23),
    "unknown field": ("- Source: observed", "- Sauce: observed", 22),
    "field given twice": ("- Source: observed", "- Intent: observed", 22),
    "field without a text": ("- Source: observed", "- Source:", 22),
    "no intent": ("- Intent: Nobody waits for ever.\n", "", 19),
    "no source": ("- Source: observed\n", "", 19),
    "since that is no version": ("- Since: 3.12", "- Since: next year", 14),
    "until before since": ("- Until: 3.13", "- Until: 3.11", 8),
}


@pytest.mark.parametrize(("found", "wrong", "line"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_clause_is_refused_at_its_line(
    written: Callable[[str], Path], found: str, wrong: str, line: int
) -> None:
    """The error says where, what was expected and what was got."""
    assert FORM.count(found) == 1
    path = written(FORM.replace(found, wrong))
    with pytest.raises(SpecError) as error:
        load_clauses(path)
    assert re.match(rf"{re.escape(str(path))}:{line}: expected .+, got .+", str(error.value))


def test_a_file_that_is_no_text_is_refused_at_its_line(tmp_path: Path) -> None:
    """What an editor wrote in another encoding is told as any other mistake."""
    path = tmp_path / "SPEC.md"
    path.write_bytes(FORM.encode().replace(b"prose", b"pr\xf6se"))
    with pytest.raises(SpecError, match=r":4: expected UTF-8, got b'\\xf6'; mend that line"):
        read_spec(path)


def test_a_file_without_clauses_is_refused(written: Callable[[str], Path]) -> None:
    """A specification that specifies nothing is a mistake."""
    with pytest.raises(SpecError, match="expected at least one clause"):
        load_clauses(written("# Nothing\n"))


@pytest.mark.parametrize(
    ("python", "holds"),
    [((3, 11), False), ((3, 12), True), ((3, 13), True), ((3, 13, 1), True), ((3, 14), False)],
)
def test_a_clause_holds_from_since_to_until(
    written: Callable[[str], Path], python: tuple[int, ...], *, holds: bool
) -> None:
    """Both ends belong to the range."""
    assert load_clauses(written(FORM))["MAP-01"].in_force(python) is holds


def test_a_clause_without_versions_always_holds(written: Callable[[str], Path]) -> None:
    """None means any Python."""
    assert load_clauses(written(FORM))["MAP-03"].in_force((3, 99))


def test_the_mark_ties_a_test_to_its_clause() -> None:
    """A marked test gives its clause and its needs; an unmarked one gives none."""

    @clause("MAP-01", needs=("map",))
    def marked() -> None: ...

    mark = mark_of(marked)
    assert mark is not None
    assert (mark.clause, mark.needs) == (load_clauses()["MAP-01"], ("map",))
    assert mark_of(test_areas_keep_their_titles) is None


@pytest.mark.parametrize(("unknown", "hint"), [("MAP-99", "MAP has MAP-01"), ("NO-01", "no such")])
def test_an_unknown_clause_is_refused(unknown: str, hint: str) -> None:
    """The error names the id and what there is."""
    with pytest.raises(UnknownClauseError, match=f"'{unknown}' .*{hint}"):
        clause(unknown)


def test_needs_as_one_string_are_refused() -> None:
    """Its letters would pass for capabilities."""
    with pytest.raises(TypeError, match=r"expected a tuple .* got 'map'"):
        clause("MAP-01", needs="map")


def test_a_second_clause_on_one_test_is_refused() -> None:
    """One test decides one clause."""

    @clause("MAP-01")
    def marked() -> None: ...

    with pytest.raises(TypeError, match=r"MAP-02 .* decides MAP-01"):
        clause("MAP-02")(marked)


def test_the_summary_counts_by_area_and_level(written: Callable[[str], Path]) -> None:
    """One row an area and their sum: MUST, SHOULD, OBSERVED, untested, clauses."""
    lines = summary(read_spec(written(FORM))).splitlines()
    assert [line.split()[-5:] for line in lines[1:]] == [["1", "1", "0", "1", "2"]] * 2


def test_the_command_prints_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m conformance.clauses` counts what SPEC.md holds."""
    assert main() == 0
    assert summary(read_spec(SPEC)) in capsys.readouterr().out


@pytest.mark.parametrize("each", CLAUSES, ids=lambda c: c.id)
def test_a_sentence_uses_the_word_of_its_level(each: Clause) -> None:
    """One sentence, with the RFC 2119 word of its level and of no other."""
    words = set(re.findall(r"\b(?:MUST|SHALL|REQUIRED|SHOULD|RECOMMENDED|MAY)\b", each.text))
    assert words == {each.level.word}
    prose = re.sub(r"`[^`]*`", "code", each.text)
    assert re.fullmatch(r"[^.]+\.", prose), f"{each.id}: expected one sentence, got {each.text!r}"


def test_every_area_has_clauses() -> None:
    """An area that promises nothing is a heading too many."""
    assert set(read_spec(SPEC).areas) == {c.area for c in CLAUSES}
