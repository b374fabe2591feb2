"""What a run tells a CI service: the JUnit file and the job summary."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from ..clauses import load_clauses
from ..harness import markdown
from ..harness.attempt import Attempt
from ..harness.exits import MEANINGS, Exit, in_words
from ..harness.options import Options
from ..harness.ruling import Ruling, rule
from ..harness.run import Run
from ..harness.summary import print_summary
from ..harness.verdicts import Verdict
from ..place import ROOM
from ..specfile import Clause
from .whole_run import Suite

_BROKEN = f"{__package__}.broken"
_FAILS = f"{_BROKEN}.reversed_map:Pool"  # MAP-01, a MUST
_KNOWN = f"{_BROKEN}.short_lists:Pool"  # MAP-02, a MUST, by a deviation file
_DIFFERS = f"{_BROKEN}.builtin_timeout:Pool"  # RES-12, merely observed
_THREADS = "multiprocessing.pool:ThreadPool"  # has no LIFE-01
_DEVIATION = """
[[deviation]]
clause = "MAP-02"
verdict = ["FAIL"]
reason = "gives <short> lists"
issue = "https://example.org/1"
"""
_NASTY = "a | b\n\n</pre></table></details>\n# <script>alert(1)</script> `x` *y* &amp; $z$"


class Told(NamedTuple):
    """What one run left for a CI service."""

    cases: dict[tuple[str, str], ET.Element]
    """JUnit's test cases by subject and clause."""
    summary: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Give what a run with one verdict of each kind tells."""
    folder = tmp_path_factory.mktemp("told")
    (folder / f"{_KNOWN.replace(':', '.')}.toml").write_text(_DEVIATION, encoding="utf-8")
    suite = Suite(folder / "record.jsonl", folder, "told")
    junit, summary = folder / "junit.xml", folder / "summary.md"
    code, text = suite.run(
        *(f"--pool={name}" for name in (_FAILS, _KNOWN, _DIFFERS, _THREADS)),
        *(f"--clause={name}" for name in ("MAP-01", "MAP-02", "RES-12", "LIFE-01")),
        *("--no-shrink", "--examples=5", f"--junitxml={junit}", f"--summary={summary}"),
    )
    assert code == Exit.FAILED, text
    assert in_words(Exit.FAILED) in text
    cases = {
        (properties(case)["subject"], properties(case)["clause"]): case
        for case in ET.parse(junit).iter("testcase")  # noqa: S314 - written by the run above
    }
    return Told(cases, summary.read_text(encoding="utf-8"))


def properties(case: ET.Element) -> dict[str, str]:
    """Return the properties of a test case by name."""
    return {p.attrib["name"]: p.attrib["value"] for p in case.iter("property")}


def test_junit_has_a_failure_with_its_narrative(told: Told) -> None:
    """A MUST that fails is a failure: one line for a message, the narrative for a text."""
    case = told.cases[_FAILS, "MAP-01"]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("MAP-01 FAIL: expected what multiprocessing:Pool")
    assert "\n" not in failure.attrib["message"]
    assert "  observed: [" in (failure.text or "")
    assert "pool1.map(square" in (failure.text or ""), "the stand-alone script"
    expected = {"level": "MUST", "verdict": "FAIL", "start_method": "fork"}
    assert expected.items() <= properties(case).items()
    assert properties(case)["replay"] in (failure.text or "")


def test_junit_skips_what_is_known_with_its_reason(told: Told) -> None:
    """A known failure is an expected one: skipped, with the reason of its entry and its issue."""
    case = told.cases[_KNOWN, "MAP-02"]
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib["type"] == "pytest.xfail"
    assert skipped.attrib["message"] == "MAP-02: gives <short> lists"
    assert properties(case)["verdict"] == "XFAIL"
    assert properties(case)["issue"] == "https://example.org/1"
    assert properties(case)["observed"]


def test_junit_passes_what_is_merely_observed(told: Told) -> None:
    """A difference from what was observed fails nothing, and is told."""
    case = told.cases[_DIFFERS, "RES-12"]
    assert [child.tag for child in case] == ["properties"]
    expected = {"level": "OBSERVED", "verdict": "DIFFERS"}
    assert expected.items() <= properties(case).items()
    assert "built-in TimeoutError" in properties(case)["expected"]


def test_junit_skips_what_was_not_decided(told: Told) -> None:
    """A clause that a subject cannot be held to is skipped, with the capability it lacks."""
    case = told.cases[_THREADS, "LIFE-01"]
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"].startswith("LIFE-01 UNSUPPORTED: declares no maxtasksperchild")
    assert properties(case)["verdict"] == "UNSUPPORTED"


def test_summary_says_how_it_ended_and_why(told: Told) -> None:
    """The exit code in words, a row a subject, a block a failure, a line for what is no failure."""
    assert f"**{in_words(Exit.FAILED)}**" in told.summary
    page = _Page.of(told.summary)
    failed = sum(case.find("failure") is not None for case in told.cases.values())
    assert page.tags["details"] == failed + 1, "each failure, and what is no failure"
    assert page.tags["table"] == page.tags["details"] + 1, "and the counts"
    counted = [row[0] for row in page.rows if row[1:2] in (["fork"], ["thread"])]
    assert counted == [_FAILS, _KNOWN, _DIFFERS, _THREADS]
    replay = properties(told.cases[_FAILS, "MAP-01"])["replay"]
    assert ["replay", replay] in page.rows
    labels = {row[0] for row in page.rows[page.rows.index(["replay", replay]) - 5 :]}
    assert {"expected", "stdlib did", "observed", "replay", "stand-alone script"} <= labels
    lines = {row[0]: row[2] for row in page.rows if row[0] in {"MAP-02", "RES-12"}}
    assert lines == {"MAP-02": "XFAIL", "RES-12": "DIFFERS"}


def test_summary_is_appended(tmp_path: Path, suite: Suite) -> None:
    """What other steps of a job wrote stays; a run without a pool says why."""
    path = tmp_path / "summary.md"
    path.write_text("before\n\n", encoding="utf-8")
    code, text = suite.run("--pool", "nosuchmodule:Pool", f"--summary={path}")
    assert code == Exit.NO_SUBJECT, text
    found = path.read_text(encoding="utf-8")
    assert found.startswith("before\n\n## ")
    assert in_words(Exit.NO_SUBJECT) in found
    assert "nosuchmodule:Pool does not import" in found


@pytest.mark.parametrize("level", ["MUST", "OBSERVED"])
def test_what_a_subject_says_does_not_break_out(level: str, tmp_path: Path) -> None:
    """Markup in what was observed is shown as it is, in a block and in a table."""
    clause = next(c for c in load_clauses().values() if c.level == level)
    seen = Attempt(Verdict.FAIL, message=_NASTY, expected=_NASTY, observed=_NASTY, script=_NASTY)
    with _run(tmp_path) as run:
        run.rulings.append(_ruled(clause, seen))
        page = _Page.of(markdown.render(run, Exit.FAILED))
    assert "script" not in page.tags
    assert "h1" not in page.tags
    assert "em" not in page.tags
    shown = [cell for row in page.rows for cell in row]
    assert (_NASTY if level == "MUST" else _NASTY.partition("\n")[0]) in shown


@pytest.mark.parametrize("strict", [False, True])
def test_the_terminal_counts_what_fails_no_run(strict: bool, tmp_path: Path) -> None:
    """Exit code 0 does not say that everything is met, and neither does the table of verdicts."""
    clauses = load_clauses()
    hangs, lacks = Attempt(Verdict.HANG), Attempt(Verdict.BLOCKED, message="Pool has no 'imap'")
    seen = {"DEATH-01": hangs, "RES-12": Attempt(Verdict.FAIL), "IMAP-01": lacks, "IMAP-02": lacks}
    stream = io.StringIO()
    with _run(tmp_path) as run:
        run.options = replace(run.options, strict=strict)
        run.rulings += [_ruled(clauses[name], attempt) for name, attempt in seen.items()]
        print_summary(run, Console(file=stream, width=140))
        page = markdown.render(run, Exit.CONFORMS)
    lines = stream.getvalue().splitlines()
    assert f"BLOCKED: 2 of {_FAILS}: Pool has no 'imap'" in lines
    assert "- BLOCKED: 2 of " in page
    (let_pass,) = [line for line in lines if line.startswith("not met, and no failure of the run")]
    assert ("1 SHOULD, 1 OBSERVED" in let_pass) is not strict
    assert ("--strict" in let_pass) is not strict


def _ruled(clause: Clause, seen: Attempt) -> Ruling:
    return rule(
        clause=clause,
        subject=_FAILS,
        start_method="fork",
        test="test",
        attempt=seen,
        oracle=None,
        deviation=None,
    )


def test_the_readme_lists_the_exit_codes_as_the_suite_has_them() -> None:
    """The table of the README is the one list of them, in the same words."""
    readme = (ROOM.parent / "README.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {code.value} | {meaning} |" in readme


@contextmanager
def _run(folder: Path) -> Iterator[Run]:
    """Give a run that has held nothing to anything yet."""
    options = Options(pools=(_FAILS,), record=folder / "record.jsonl", deviations=folder)
    run = Run(options, "meta")
    try:
        yield run
    finally:
        run.close()


class _Page(HTMLParser):
    """What a browser makes of a summary: how often each tag is there, and the rows of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.rows: list[list[str]] = []
        self._in_cell = False

    @classmethod
    def of(cls, text: str) -> "_Page":
        """Render Markdown as GitHub does, raw HTML included, and read the page."""
        page = cls()
        page.feed(MarkdownIt("commonmark").enable("table").render(text))
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Count a tag, open a row or a cell."""
        del attrs
        self.tags[tag] = self.tags.get(tag, 0) + 1
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Add to the cell that is open."""
        if self._in_cell:
            self.rows[-1][-1] += data
