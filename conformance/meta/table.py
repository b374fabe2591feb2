"""The table of clauses and broken pools, as data; `test_table` holds it to its rules."""

import sys

from ..clauses import Level, load_clauses
from ..harness import deviation_files
from ..harness.deviations import Deviations
from ..harness.ruling import ORACLE
from ..place import SHIPPED_DEVIATIONS
from .specimens import Caught, Specimen, broken_pools


def catches() -> dict[str, list[tuple[Specimen, Caught]]]:
    """Return for each tested clause the broken pools that it catches; none is an empty row."""
    rows: dict[str, list[tuple[Specimen, Caught]]] = {
        clause.id: [] for clause in load_clauses().values() if clause.untested is None
    }
    for pool in broken_pools():
        for caught in pool.caught:
            rows[caught.clause].append((pool, caught))
    return rows


def known_of_the_stdlib() -> Deviations:
    """Return what the stdlib's pool gets wrong, with the reasons."""
    return deviation_files.load(deviation_files.path_of(SHIPPED_DEVIATIONS, ORACLE), load_clauses())


def met_by_the_stdlib() -> list[str]:
    """Return the MUST and SHOULD clauses in force that the stdlib's pool meets under fork.

    A sound pool is one of the stdlib's with an oddity: it meets these, and no others.
    """
    known = known_of_the_stdlib()
    return [
        clause.id
        for clause in load_clauses().values()
        if clause.untested is None
        and clause.level is not Level.OBSERVED
        and clause.in_force(sys.version_info[:2])
        and known.find(clause.id, "fork") is None
    ]
