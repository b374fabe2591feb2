"""The end of a run as Markdown: the job summary of a CI service, for who did not see the run.

Appended to a file, as GitHub's `GITHUB_STEP_SUMMARY` wants it.  What a subject printed or returned
may hold any character: in a cell of a table it is escaped for Markdown, in a block for HTML, and a
block is one line, because a blank line would end it.
"""

import html
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from .exits import in_words
from .narrative import evidence
from .ruling import Ruling
from .run import Run
from .summary import blocked, counted
from .verdicts import BROKEN, Verdict

_MOST_DETAILED = 40  # failures; with the length of a text this stays below GitHub's 1 MiB
_MOST_LISTED = 200  # lines of the table of what is no failure
_LONGEST = 3_000  # characters of one text
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~#$])")


def append_summary(path: Path, run: Run, code: int) -> None:
    """Append the summary of a run that ends with this exit code.  Raises: OSError."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(render(run, code))


def render(run: Run, code: int) -> str:
    """Return the summary: how it ended, the counts, each failure, and what is no failure."""
    failing = [ruling for ruling in run.rulings if _fails(ruling, run)]
    tolerated = [r for r in run.rulings if r.attempt.verdict in BROKEN and r not in failing]
    parts = [
        f"## Process pools held to poolproof's specification\n\n**{_inline(in_words(code))}**",
        _inline(run.trouble) if run.trouble else "",
        _conditions(run),
        _table(*counted(run)) if run.rulings else "",
        "\n".join(f"- {_inline(line)}" for line in blocked(run.rulings)),
        *(_details(ruling) for ruling in failing[:_MOST_DETAILED]),
        _rest(failing, _MOST_DETAILED),
        _tolerated(tolerated),
    ]
    return "\n\n".join(part for part in parts if part) + "\n\n"


def _fails(ruling: Ruling, run: Run) -> bool:
    return ruling.verdict is Verdict.ERROR or ruling.fails(strict=run.options.strict)


def _conditions(run: Run) -> str:
    told = [f"Python {platform.python_version()}, {platform.platform()}; {run.budget}"]
    for subject in run.subjects:
        known = f"version {subject.told.get('version')}" if subject.available else subject.reason
        told.append(f"{subject.name}: {known}")
    return "\n".join(f"- {_inline(line)}" for line in told)


def _details(ruling: Ruling) -> str:
    clause = ruling.clause
    head = html.escape(f"{clause.level} {ruling.verdict}: {ruling.subject} {ruling.start_method}")
    rows = [f"<tr><th>{label}</th><td>{_block(text)}</td></tr>" for label, text in evidence(ruling)]
    return "\n".join(
        [
            f"<details><summary><b>{clause.id}</b> {head}</summary>",
            "",
            clause.text,
            "",
            "<table>",
            *rows,
            "</table>",
            "</details>",
        ]
    )


def _tolerated(rulings: Sequence[Ruling]) -> str:
    if not rulings:
        return ""
    heading = (
        f"{len(rulings)} not met that do not fail this run: SHOULD, OBSERVED, and what is known"
    )
    rows = [
        [r.clause.id, r.clause.level, r.verdict, r.subject, r.start_method, r.reason]
        for r in rulings[:_MOST_LISTED]
    ]
    headings = ["clause", "level", "verdict", "subject", "start method", "what was seen"]
    parts = [
        f"<details><summary>{heading}</summary>",
        _table(headings, rows),
        _rest(rulings, _MOST_LISTED),
        "</details>",
    ]
    return "\n\n".join(part for part in parts if part)


def _rest(rulings: Sequence[Ruling], most: int) -> str:
    more = len(rulings) - most
    return f"... and {more} more, in the record file." if more > 0 else ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings)]
    lines += [[_inline(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _inline(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(_cut(text).split()))


def _block(text: str) -> str:
    return f"<pre>{html.escape(_cut(text).rstrip()).replace(chr(10), '&#10;')}</pre>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... (cut; see the record file)"
