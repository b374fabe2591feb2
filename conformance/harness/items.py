"""A clause test as pytest sees it: one item for each subject and start method."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..clauses import mark_of
from .narrative import Narrative, properties
from .readiness import ReadySubject
from .records import RecordError, unwritten
from .ruling import Ruling
from .run import Run, Test
from .verdicts import Verdict

_SKIPPED = frozenset({Verdict.UNSUPPORTED, Verdict.SKIP, Verdict.BLOCKED})
_WORDS: dict[Verdict, tuple[str, str]] = {
    Verdict.PASS: (".", "green"),
    Verdict.DIFFERS: ("d", "cyan"),
    Verdict.UNSUPPORTED: ("u", "yellow"),
    Verdict.XFAIL: ("x", "yellow"),
    Verdict.SKIP: ("s", "yellow"),
    Verdict.BLOCKED: ("b", "yellow"),
    Verdict.FLAKY: ("Y", "red"),
    Verdict.XPASS: ("X", "red"),
    Verdict.LEAK: ("L", "red"),
    Verdict.FAIL: ("F", "red"),
    Verdict.CRASH: ("C", "red"),
    Verdict.HANG: ("H", "red"),
    Verdict.UNKNOWN: ("?", "red"),
    Verdict.ERROR: ("E", "red"),
}


class ClauseFailed(Exception):  # noqa: N818 - what pytest sees of a ruling
    """The ruling makes the run fail; what pytest shows is the ruling's narrative."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(ruling.reason)
        self.ruling = ruling


class ClauseItem(pytest.Item):
    """One clause test for one subject under one start method."""

    def __init__(
        self, *, run: Run, test: Test, subject: ReadySubject, start_method: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.test = test
        self.subject = subject
        self.start_method = start_method
        self.ruling: Ruling | None = None

    def runtest(self) -> None:
        """Take the ruling and tell pytest."""
        ruling = self.ruling = self._take()
        self.user_properties += properties(ruling)
        if ruling.verdict is Verdict.ERROR or ruling.fails(strict=self.run.options.strict):
            raise ClauseFailed(ruling)
        if ruling.verdict in _SKIPPED:
            pytest.skip(f"{ruling.clause.id} {ruling.verdict}: {ruling.reason}")
        if ruling.verdict is Verdict.XFAIL:
            pytest.xfail(f"{ruling.clause.id}: {ruling.reason}")

    def _take(self) -> Ruling:
        """Return the ruling; end the session where it cannot be recorded: no other one can."""
        try:
            return self.run.ruling_of(self.test, self.subject.name, self.start_method)
        except RecordError as error:
            self.run.trouble = unwritten(error)
            pytest.exit(self.run.trouble)  # as if interrupted, so that pytest shows what failed

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the narrative of a ruling; pytest's own for anything else."""
        if isinstance(excinfo.value, ClauseFailed):
            return Narrative(excinfo.value.ruling)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return what heads a failure."""
        clause = self.test.mark.clause
        return self.path, None, f"{clause.id} {self.subject.name} {self.start_method}"


def items_of(collector: pytest.Module, name: str, function: Any, run: Run) -> Iterator[ClauseItem]:
    """Yield the items of a clause test that the command line selects."""
    mark = mark_of(function)
    if mark is None or not run.selects(mark.clause):
        return
    test = Test(collector.obj.__name__, name, mark)
    for subject in run.subjects:
        for start_method in subject.start_methods:
            yield ClauseItem.from_parent(
                collector,
                name=f"{name}[{mark.clause.id}-{subject.name}-{start_method}]",
                run=run,
                test=test,
                subject=subject,
                start_method=start_method,
            )


def status_of(ruling: Ruling, *, failed: bool) -> tuple[str, str, tuple[str, dict[str, bool]]]:
    """Return pytest's category, letter and word for a ruling; `failed` as pytest has it."""
    letter, colour = _WORDS[ruling.verdict]
    place = f" @ {ruling.attempt.phase}" if ruling.attempt.phase else ""
    category = "failed" if failed else ruling.verdict.lower()
    return category, letter, (f"{ruling.verdict}{place}", {colour: True})
