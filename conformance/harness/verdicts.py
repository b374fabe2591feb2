"""The verdicts, their order, and what each means for a run."""

from enum import StrEnum

from ..specfile import Level


class Verdict(StrEnum):
    """What a clause came to for a subject, mildest first."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    DIFFERS = "DIFFERS"
    UNSUPPORTED = "UNSUPPORTED"
    XFAIL = "XFAIL"
    SKIP = "SKIP"
    BLOCKED = "BLOCKED"
    FLAKY = "FLAKY"
    XPASS = "XPASS"
    LEAK = "LEAK"
    FAIL = "FAIL"
    CRASH = "CRASH"
    HANG = "HANG"
    UNKNOWN = "UNKNOWN"
    ERROR = "ERROR"


BROKEN = frozenset({Verdict.LEAK, Verdict.FAIL, Verdict.CRASH, Verdict.HANG, Verdict.FLAKY})
"""The subject did not do what the clause says: these carry evidence and may be deviations."""

NOT_RUN = frozenset({Verdict.UNSUPPORTED, Verdict.SKIP, Verdict.BLOCKED, Verdict.UNKNOWN})
"""The clause was not decided: a run of nothing but these held the subject to nothing."""


def fails(verdict: Verdict, level: Level, *, strict: bool) -> bool:
    """Whether this verdict makes the run exit with 1 (ERROR makes it exit with 3)."""
    if verdict is Verdict.XPASS:
        return True
    binding = level is Level.MUST or (strict and level is Level.SHOULD)
    return binding and verdict in BROKEN
