"""The exit codes of a run, and what each says: the one list of them."""

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """Exit codes; 0 to 5 are pytest's own where the situation is the same."""

    CONFORMS = 0
    FAILED = 1
    INTERRUPTED = 2
    SUITE_FAILED = 3
    USAGE = 4
    NOTHING_RAN = 5
    NO_SUBJECT = 6
    SMOKE_FAILED = 7


MEANINGS: Final = {
    Exit.CONFORMS: "no MUST clause failed (with --strict no SHOULD either), but for known failures",
    Exit.FAILED: "a MUST clause failed (with --strict a SHOULD too), or a known failure passes",
    Exit.INTERRUPTED: "interrupted; everything recorded so far is kept",
    Exit.SUITE_FAILED: "the suite itself failed",
    Exit.USAGE: "an unknown option value; a malformed deviation file",
    Exit.NOTHING_RAN: "nothing ran",
    Exit.NO_SUBJECT: "the pool does not import, or is no pool",
    Exit.SMOKE_FAILED: "the pool fails the smoke level",
}


def in_words(code: int) -> str:
    """Return `exit code 1: ...`."""
    known = code in MEANINGS
    return f"exit code {code}: {MEANINGS[Exit(code)] if known else 'none of the documented ones'}"
