"""From what broke in a run to the entries of a file of known failures."""

from collections.abc import Sequence

from .deviations import ANY_CLAUSE, Deviation, Deviations
from .ruling import Ruling
from .verdicts import BROKEN, Verdict


def found(known: Deviations, rulings: Sequence[Ruling]) -> list[Deviation]:
    """Return what to write: what broke in this run, and what this run did not ask about."""
    asked = {r.clause.id for r in rulings}
    kept = [entry for entry in known.entries if entry.clause not in asked]
    for clause in sorted(asked):
        broke = [r for r in rulings if r.clause.id == clause and r.attempt.verdict in BROKEN]
        broke = [r for r in broke if r.verdict is not Verdict.DIFFERS and not _of_any_clause(r)]
        if not broke:
            continue
        everywhere = len(broke) == sum(r.clause.id == clause for r in rulings)
        earlier = next((entry for entry in known.entries if entry.clause == clause), None)
        kept.append(
            Deviation(
                clause=clause,
                verdicts=frozenset(r.attempt.verdict for r in broke),
                reason=earlier.reason if earlier else broke[0].reason,
                issue=earlier.issue if earlier else None,
                start_methods=() if everywhere else tuple(sorted({r.start_method for r in broke})),
                pythons=earlier.pythons if earlier else (),
            )
        )
    return kept


def _of_any_clause(ruling: Ruling) -> bool:
    return ruling.deviation is not None and ruling.deviation.clause == ANY_CLAUSE
