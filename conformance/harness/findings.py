"""From what broke in a run to what is known of a subject from then on.

A run speaks of what it asked only: of its clauses, under its start methods and its Python.  What
an entry says of anything else stays, whatever was left out by `--clause`, `--level` or
`--start-method`.
"""

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .deviations import ANY_CLAUSE, Deviation, Deviations, python_here
from .ruling import Ruling
from .verdicts import BROKEN, Verdict


@dataclass(frozen=True)
class Revision:
    """What the entries of a file become, in their order, and what comes behind them."""

    becomes: Sequence[Sequence[Deviation]]
    """For each entry: itself, what is left of it, or nothing where it is stale."""
    added: Sequence[Deviation]

    def changes(self, entries: Sequence[Deviation]) -> bool:
        """Whether these entries, of which it is a revision, are not as they were."""
        return bool(self.added) or [*map(tuple, self.becomes)] != [(entry,) for entry in entries]


def revise(known: Deviations, rulings: Sequence[Ruling], methods: Sequence[str]) -> Revision:
    """Return what to write of a subject that has these start methods, those not asked included."""
    becomes = [list(_left_of(entry, rulings, methods)) for entry in known.entries]
    news: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        if _is_new(ruling, becomes) and not _widened(ruling, becomes):
            news.setdefault(ruling.clause.id, []).append(ruling)
    return Revision(becomes, [_entry(news[clause], methods) for clause in sorted(news)])


def _left_of(
    entry: Deviation, rulings: Sequence[Ruling], methods: Sequence[str]
) -> Iterator[Deviation]:
    """Yield the entry without the start methods under which its clause passes now."""
    passes = {
        r.start_method
        for r in rulings
        if r.attempt.disproves and _speaks_of(entry, r) and entry.clause != ANY_CLAUSE
    }
    if not passes or Verdict.PASS in entry.verdicts:
        yield entry
        return
    elsewhere = tuple(python for python in entry.pythons if python != python_here())
    if elsewhere:
        yield dataclasses.replace(entry, pythons=elsewhere)
    rest = tuple(m for m in entry.start_methods or methods if m not in passes)
    if rest:
        here = (python_here(),) if entry.pythons else ()
        yield dataclasses.replace(entry, start_methods=rest, pythons=here)


def _is_new(ruling: Ruling, entries: Collection[Collection[Deviation]]) -> bool:
    return (
        ruling.attempt.verdict in BROKEN
        and ruling.verdict is not Verdict.DIFFERS
        and not any(
            _speaks_of(e, ruling) and e.covers(ruling.attempt) for left in entries for e in left
        )
    )


def _widened(ruling: Ruling, entries: Sequence[list[Deviation]]) -> bool:
    """Give the clause's own entry the verdict too, where there is one for it."""
    for left in entries:
        for number, entry in enumerate(left):
            own = entry.clause == ruling.clause.id and not entry.stacks
            if own and _speaks_of(entry, ruling):
                verdicts = entry.verdicts | {ruling.attempt.verdict}
                left[number] = dataclasses.replace(entry, verdicts=verdicts)
                return True
    return False


def _entry(broke: Sequence[Ruling], methods: Sequence[str]) -> Deviation:
    under = tuple(method for method in methods if any(r.start_method == method for r in broke))
    return Deviation(
        clause=broke[0].clause.id,
        verdicts=frozenset(r.attempt.verdict for r in broke),
        reason=broke[0].reason or f"{broke[0].attempt.verdict}, for a reason to be found",
        start_methods=() if set(under) == set(methods) else under,
    )


def _speaks_of(entry: Deviation, ruling: Ruling) -> bool:
    return entry.applies(ruling.clause.id, ruling.start_method, python_here())
