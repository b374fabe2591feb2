"""The legend: for each verdict a glyph, a colour and a sentence; one word, one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a verdict is shown: `tone` names a CSS variable, `--tone-<tone>`."""

    glyph: str
    tone: str
    says: str


# Only signs that every system font has, and none that some show as an emoji.
MEANINGS: Final[dict[str, Meaning]] = {
    "PASS": Meaning("✓", "pass", "the pool does what the clause says"),
    "DIFFERS": Meaning("≠", "note", "the pool does something else than the stdlib; not a failure"),
    "UNSUPPORTED": Meaning("–", "quiet", "the pool says that it does not offer this"),
    "XFAIL": Meaning(
        "(✗)", "known", "a failure that the pool's deviation file knows; its kind in parentheses"
    ),
    "SKIP": Meaning("○", "quiet", "not run here; the reason is in the detail"),
    "UNKNOWN": Meaning("?", "quiet", "the run stopped before it could tell"),
    "BLOCKED": Meaning("⊘", "quiet", "cannot be judged until another clause passes"),
    "ERROR": Meaning("!", "suite", "the suite itself failed; says nothing about the pool"),
    "FLAKY": Meaning("≈", "known", "passes and fails in turn"),
    "XPASS": Meaning("✓!", "known", "passes although its deviation file says it fails"),
    "LEAK": Meaning("◊", "leak", "right answer, but processes, threads or files are left behind"),
    "FAIL": Meaning("✗", "fail", "the pool breaks the clause"),
    "CRASH": Meaning("†", "crash", "the process that used the pool died"),
    "HANG": Meaning("∞", "hang", "no answer before the deadline"),
}

CALM: Final = frozenset({"pass", "quiet"})  # tones whose sign needs no word beside it
BROKEN: Final = frozenset({"XFAIL", "FLAKY", "LEAK", "FAIL", "CRASH", "HANG"})  # known or not
JUDGED: Final = BROKEN | {"PASS", "DIFFERS", "XPASS"}

LEVEL_SAYS: Final[dict[str, str]] = {
    "MUST": "documented, or asserted by CPython's own tests",
    "SHOULD": "what a pool people can trust does where the stdlib hangs, loses work or leaks",
    "OBSERVED": "what the stdlib happens to do; a difference is shown and never fails",
}

STDLIB: Final = "multiprocessing:Pool"
REFERENCE: Final = "poolproof:Pool"


def short_name(subject: str) -> str:
    """Return the name a reader knows a subject by, as "billiard" for "billiard:Pool".

    The stdlib's subjects keep their class, since there are several of them.
    """
    module, _, attribute = subject.partition(":")
    if subject == STDLIB:
        return "stdlib Pool"
    if module in {"concurrent.futures", "multiprocessing.pool"}:
        return f"stdlib {attribute}"
    return module.partition(".")[0]
