"""From what a body did to what it means: the verdict on a clause, with its evidence."""

import multiprocessing
import shlex
from dataclasses import dataclass
from typing import Any

from .. import place
from ..specfile import Clause, Level
from .attempt import Attempt
from .deviations import Deviation
from .verdicts import BROKEN, Verdict, fails

ORACLE = "multiprocessing:Pool"


@dataclass(frozen=True)
class Ruling:
    """The verdict on one clause for one subject under one start method."""

    clause: Clause
    subject: str
    start_method: str
    test: str
    verdict: Verdict
    attempt: Attempt
    stdlib: str | None
    deviation: Deviation | None
    examples: int | None = None
    """How many examples the run asked for; None where it left that to the property."""

    @property
    def replay(self) -> str:
        """The command that runs this one again, and shows it again."""
        words = ["--pool", self.subject]
        if self.start_method in multiprocessing.get_all_start_methods():  # an engine has but one
            words += ["--start-method", self.start_method]
        words += ["--clause", self.clause.id]
        if self.clause.level is Level.SHOULD and self.verdict in BROKEN:
            words += ["--strict"]  # without it, what was seen is not shown
        if self.examples is not None:
            words += ["--examples", str(self.examples)]
        if self.deviation and self.deviation.file:
            folder = self.deviation.file.parent
            if folder not in (place.OWN_DEVIATIONS, place.SHIPPED_DEVIATIONS):
                words += ["--deviations", str(folder)]
        return f"{place.PYTEST} {shlex.join(words)}"

    @property
    def reason(self) -> str:
        """One line that says why the verdict is what it is."""
        if self.verdict is Verdict.XPASS and self.deviation:
            return (
                f"stale: {self.deviation.file} says that it fails, and it passes; remove the entry "
                f"of {self.clause.id}, or say with start_method and python where it still fails"
            )
        if self.verdict is Verdict.XFAIL and self.deviation:
            return self.deviation.reason
        if self.deviation and self.attempt.cut_short:
            return (
                f"known to fail ({self.deviation.reason}), and passes what there was time for: "
                f"examples {self.attempt.examples}"
            )
        text = self.attempt.message or self.attempt.observed or ""
        return text.strip().split("\n")[0]

    def fails(self, *, strict: bool) -> bool:
        """Whether it makes the run fail."""
        return fails(self.verdict, self.clause.level, strict=strict)

    def as_record(self) -> dict[str, Any]:
        """Return the record file's `verdict` line."""
        seen = self.attempt
        return {
            "record": "verdict",
            "clause": self.clause.id,
            "test": self.test,
            "subject": self.subject,
            "start_method": self.start_method,
            "verdict": self.verdict,
            "body": seen.verdict,
            "phase": seen.phase,
            "duration_s": seen.duration_s,
            "expected": self.expected,
            "stdlib": self.stdlib,
            "observed": seen.observed,
            "message": self.reason or None,
            "stacks": seen.stacks,
            "traceback": seen.traceback,
            "output": seen.output or None,
            "census": seen.census,
            "deviation": self.deviation.as_record() if self.deviation else None,
            "replay": self.replay,
            "script": seen.script,
            "history": seen.history or None,
            "checks": self.check,
            "example": seen.example,
            "examples": seen.examples,
        }

    @property
    def check(self) -> str | None:
        """Where to look first; None for a leak at a clause that is about something else."""
        elsewhere = self.attempt.verdict is Verdict.LEAK and self.clause.area != "LEFT"
        return None if elsewhere else self.clause.check

    @property
    def expected(self) -> str | None:
        """What should have been seen; None where nothing was missed."""
        if self.attempt.verdict not in BROKEN:
            return None
        return self.attempt.expected or self.clause.text


def rule(
    *,
    clause: Clause,
    subject: str,
    start_method: str,
    test: str,
    attempt: Attempt,
    oracle: Attempt | None,
    deviation: Deviation | None,
    examples: int | None = None,
) -> Ruling:
    """Rule on an attempt; `oracle` is what the stdlib's pool did with the same test."""
    return Ruling(
        clause=clause,
        subject=subject,
        start_method=start_method,
        test=test,
        verdict=_verdict(attempt, clause.level, deviation),
        attempt=attempt,
        stdlib=_told(oracle),
        deviation=deviation,
        examples=examples,
    )


def _verdict(attempt: Attempt, level: Level, deviation: Deviation | None) -> Verdict:
    seen = attempt.verdict
    if deviation is not None:
        if deviation.covers(attempt):
            return Verdict.XFAIL
        if attempt.disproves and seen not in deviation.verdicts:
            return Verdict.XPASS
    if level is Level.OBSERVED and seen in BROKEN:
        return Verdict.DIFFERS
    return seen


def _told(oracle: Attempt | None) -> str | None:
    if oracle is None:
        return None
    if oracle.verdict is Verdict.PASS:
        seen = "did what the clause says"
        return f"PASS: {seen if oracle.value is None else oracle.value}"
    place = f" @ {oracle.phase}" if oracle.phase else ""
    return f"{oracle.verdict}{place}: {oracle.observed or oracle.message or ''}".rstrip(": ")
