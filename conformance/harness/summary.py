"""The end of a run on the terminal: a row a subject and start method, and what that hides."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ..specfile import Level
from .ruling import Ruling
from .run import Run
from .verdicts import BROKEN, NOT_RUN, Verdict

_MOST_LISTED = 20
_NAMES = 2  # columns of text, before the figures


def print_summary(run: Run, console: Console) -> None:
    """Print the table, the subjects that are not here, the hangs, and where the records are."""
    console.print()
    if run.rulings:
        console.print(_table(run))
    for subject in run.subjects:
        if not subject.available:
            console.print(f"{subject.name}: not held to anything: {subject.reason}", style="dim")
    _list(console, "hangs", [r for r in run.rulings if r.attempt.verdict is Verdict.HANG])
    for line in blocked(run.rulings):
        console.print(line, soft_wrap=True)
    if let_pass := _let_pass(run):
        console.print(let_pass, soft_wrap=True)
    if run.recorded:
        console.print(f"records: {run.record_path}", soft_wrap=True)
    for path in run.written:
        console.print(f"known failures, written: {path}", soft_wrap=True)
    if run.options.write_deviations and not run.written:
        why = "no file written" if run.finished else "for the run did not come to its end"
        console.print(f"known failures: as they were, {why}")


def counted(run: Run) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the rows of the table: a row a subject and start method."""
    verdicts = [v for v in Verdict if any(r.verdict is v for r in run.rulings)]
    rows = []
    for subject in run.subjects:
        for method in subject.start_methods:
            own = [r for r in run.rulings if (r.subject, r.start_method) == (subject.name, method)]
            asked = max(run.planned[subject.name, method], len(own))  # more, where it is cut short
            if asked:
                counts = run.counts(own)
                ran = sum(r.verdict not in NOT_RUN for r in own)
                cells = [str(counts[verdict] or "") for verdict in verdicts]
                rows.append([subject.name, method, f"{ran} / {asked}", *cells])
    return ["subject", "start method", "ran", *verdicts], rows


def _table(run: Run) -> Table:
    headings, rows = counted(run)
    table = Table(title="clauses by verdict", title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number < _NAMES else "right")
    for row in rows:
        table.add_row(*row)
    return table


def blocked(rulings: Sequence[Ruling]) -> list[str]:
    """Return a line for each method that clauses were blocked by: no failure shows them."""
    lacking = [(r.subject, r.reason) for r in rulings if r.verdict is Verdict.BLOCKED]
    return [
        f"BLOCKED: {number} of {subject}: {reason}"
        for (subject, reason), number in Counter(lacking).items()
    ]


def _let_pass(run: Run) -> str:
    """Say how much was not met that neither fails this run nor is known; empty for nothing."""
    strict = run.options.strict
    passed = [
        r.clause.level
        for r in run.rulings
        if r.verdict in BROKEN | {Verdict.DIFFERS} and not r.fails(strict=strict)
    ]
    if not passed:
        return ""
    counts = Counter(passed)
    told = ", ".join(f"{counts[level]} {level}" for level in Level if counts[level])
    more = "; with --strict a SHOULD fails, and is shown whole" if counts[Level.SHOULD] else ""
    return f"not met, and no failure of the run: {told}; what was seen is in the records{more}"


def _list(console: Console, heading: str, rulings: Sequence[Ruling]) -> None:
    if not rulings:
        return
    console.print(f"{heading}: {len(rulings)}")
    for ruling in rulings[:_MOST_LISTED]:
        known = " (known)" if ruling.verdict is Verdict.XFAIL else ""
        where = f"{ruling.subject} {ruling.start_method}"
        phase = ruling.attempt.phase or "the test"
        console.print(f"  {ruling.clause.id} {ruling.clause.level} {where} @ {phase}{known}")
    if len(rulings) > _MOST_LISTED:
        console.print(f"  ... and {len(rulings) - _MOST_LISTED} more, in the records")
