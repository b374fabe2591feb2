"""One run of the suite: subjects made ready, cases planned, rulings recorded.

pytest's items ask `ruling_of`; everything else happens on the way.  Knows
nothing of pytest.
"""

import itertools
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..clauses import Mark, load_clauses
from ..specfile import Clause
from . import records
from .attempt import Attempt
from .budget import Budget, examples
from .exits import Exit
from .known_failures import KnownFailures
from .options import Options
from .readiness import Checks, Readiness, ReadySubject, make_ready
from .request import Request
from .ruling import ORACLE, Ruling, rule
from .runner import Case, Runner
from .verdicts import BROKEN, NOT_RUN, Verdict
from .zygotes import Zygotes

_MEMORY_MIB = 1024  # of private memory a process of a body may have


@dataclass(frozen=True)
class Test:
    """A clause test as pytest found it."""

    module: str
    function: str
    mark: Mark


class Run:
    """One run of the suite; used by one thread.

    Guarantees: when `close` returns no process of the run is left.
    """

    def __init__(self, options: Options, command: str, *, smoke: bool = True) -> None:
        self.options = options
        self.command = command
        self._smoke = smoke
        self.clauses = {
            c.id: c for c in load_clauses().values() if c.in_force(sys.version_info[:2])
        }
        self.record_path = options.record or records.default_path(datetime.now(UTC))
        self.rulings: list[Ruling] = []
        self.trouble: str | None = None
        """Why no clause was tried, or not all of them, where that is so."""
        self.written: list[Path] = []
        """The files of known failures that were written."""
        self.planned = Counter[tuple[str, str]]()
        """How many rulings are to come for a subject under a start method."""
        self.finished = False
        """Whether it came to its end: an interrupted run writes neither footer nor failures."""
        self._folder = Path(tempfile.mkdtemp(prefix="poolproof-"))
        self._numbers = itertools.count()
        self._runner = Runner(options.jobs)
        self._zygotes = Zygotes()
        self._cases: dict[tuple[Test, str, str], Case] = {}
        self._ready = Readiness([], Budget(0, options.budget_scale))
        self._known = KnownFailures(options.pools, options.deviations)
        self._writer: records.RecordWriter | None = None

    @property
    def subjects(self) -> Sequence[ReadySubject]:
        """The subjects of the run, those that are not installed included."""
        return self._ready.subjects

    @property
    def recorded(self) -> bool:
        """Whether the record file has been begun."""
        return self._writer is not None

    @property
    def has_all(self) -> bool:
        """Whether all rulings that were to come have come; before `plan` nobody knows of any."""
        return self.recorded and len(self.rulings) >= self.planned.total()

    @property
    def budget(self) -> Budget:
        """The deadline and where it comes from."""
        return self._ready.budget

    def selects(self, clause: Clause) -> bool:
        """Whether the command line asks for this clause, and this Python has it in force."""
        prefixes = self.options.clauses
        return (
            clause.id in self.clauses
            and clause.level in self.options.levels
            and (not prefixes or clause.id.startswith(prefixes))
        )

    def prepare(self) -> None:
        """Read what is known, start the zygotes, probe, calibrate and smoke-test.

        Raises: DeviationError; UnusableSubjectError when a subject cannot be held to anything.
        """
        self._known.read()
        self._ready = make_ready(
            Checks(self._zygotes, self._runner, self._folder, self._numbers, self.options),
            smoke=self._smoke,
        )
        self._known.check(self.subjects)

    def plan(self, planned: Iterable[tuple[Test, ReadySubject, str]]) -> None:
        """Queue what pytest is going to ask for, and write the record file's head."""
        for test, subject, start_method in planned:
            self._runner.add(self._case(test, subject.name, start_method))
            self.planned[subject.name, start_method] += 1
        named = self.options.record is not None
        self._writer = records.RecordWriter(self.record_path, named=named)
        self.record_path = self._writer.path
        self._writer.write(self._header())
        for clause in self.clauses.values():
            self._writer.write(records.clause_line(clause))

    def ruling_of(self, test: Test, subject: str, start_method: str) -> Ruling:
        """Return the ruling, once its body has run, and record it."""
        self._ask_stdlib_ahead()
        attempt = self._runner.result(self._case(test, subject, start_method))
        ruling = self._rule(test, subject, start_method, attempt)
        self._record(ruling)
        return ruling

    def counts(self, rulings: Iterable[Ruling] | None = None) -> Counter[Verdict]:
        """Count the verdicts so far."""
        return Counter(r.verdict for r in (self.rulings if rulings is None else rulings))

    def exit_code(self, code: int) -> int:
        """Return the exit code of the run, pytest's own being `code`."""
        counts = self.counts()
        if counts[Verdict.ERROR]:
            return Exit.SUITE_FAILED
        if code == 0 and self.rulings and all(r.verdict in NOT_RUN for r in self.rulings):
            return Exit.NOTHING_RAN
        return code

    def finish(self, code: int) -> None:
        """Write the footer: the run came to its end."""
        if self._writer is not None:
            self._writer.write(
                records.footer(
                    ran=sum(r.verdict not in NOT_RUN for r in self.rulings),
                    collected=len(self.rulings),
                    expected=self.planned.total(),
                    counts={verdict.value: n for verdict, n in self.counts().items()},
                    code=code,
                )
            )
        self.finished = True
        if self.options.write_deviations:
            self.written = self._known.write(self.subjects, self.rulings)

    def close(self) -> None:
        """End every process of the run and forget its temporary files."""
        self._runner.close()
        self._zygotes.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._writer is not None:
            self._writer.close()

    def _case(self, test: Test, subject: str, start_method: str) -> Case:
        key = (test, subject, start_method)
        if key not in self._cases:
            request = self._request(test, subject, start_method)
            self._cases[key] = Case(request, self._zygotes.of(subject))
        return self._cases[key]

    def _request(self, test: Test, subject: str, start_method: str) -> Request:
        return Request(
            module=test.module,
            function=test.function,
            clause=test.mark.clause.id,
            subject=subject,
            start_method=start_method,
            deadline_s=self._ready.deadline_s(subject, start_method),
            folder=str(self._folder / str(next(self._numbers))),
            max_examples=self.options.examples or examples(start_method),
            memory_mib=_MEMORY_MIB,
            needs=test.mark.needs,
            shrink=self.options.shrink
            and not self._known.fails(subject, test.mark.clause.id, start_method),
            preload=self._ready.preload(subject),
            prepare=self._ready.prepare(subject),
        )

    def _rule(self, test: Test, subject: str, start_method: str, attempt: Attempt) -> Ruling:
        clause = test.mark.clause
        return rule(
            clause=clause,
            subject=subject,
            start_method=start_method,
            test=test.function,
            attempt=attempt,
            oracle=self._stdlib_did(test, start_method) if _asks(subject, attempt) else None,
            deviation=self._known.entry(subject, clause.id, start_method, attempt),
            examples=self.options.examples,
        )

    def _stdlib_did(self, test: Test, start_method: str) -> Attempt | None:
        """Run the same test on the stdlib's pool, once a run; None where it has no such method."""
        if start_method not in self._ready.oracle_methods:
            return None
        case = self._case(test, ORACLE, start_method)
        if case.attempt is None:
            self._runner.hurry(case)
        return self._runner.result(case)

    def _ask_stdlib_ahead(self) -> None:
        """Queue what the stdlib is going to be asked: where it hangs too, many wait side by side.

        One after the other, each would cost a deadline.
        """
        for (test, subject, start_method), case in list(self._cases.items()):
            known = (test, ORACLE, start_method) in self._cases
            if known or case.attempt is None or not _asks(subject, case.attempt):
                continue
            if start_method in self._ready.oracle_methods:
                self._runner.hurry(self._case(test, ORACLE, start_method))

    def _record(self, ruling: Ruling) -> None:
        self.rulings.append(ruling)
        assert self._writer is not None
        self._writer.write(ruling.as_record())

    def _header(self) -> dict[str, object]:
        return records.header(
            command=self.command,
            budget=self.budget.as_record(),
            seed="derandomized",
            levels=list(self.options.levels),
            clause_filter=list(self.options.clauses),
            strict=self.options.strict,
            subjects=[subject.as_record() for subject in self.subjects],
            expected=self.planned.total(),
        )


def _asks(subject: str, attempt: Attempt) -> bool:
    return subject != ORACLE and attempt.verdict in BROKEN
