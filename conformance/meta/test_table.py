"""Every clause has a broken pool that it is to catch; whether it does, `test_teeth` finds out."""

import pytest

from ..clauses import load_clauses
from ..harness.ruling import ORACLE
from ..harness.verdicts import Verdict
from .specimens import Caught, broken_pools, sound_pools
from .table import catches, known_of_the_stdlib

ROWS = catches()
KNOWN = known_of_the_stdlib()
OF_THE_STDLIB = [caught for p in broken_pools() if p.subject == ORACLE for caught in p.caught]


@pytest.mark.parametrize("clause", ROWS)
def test_a_clause_catches_a_broken_pool(clause: str) -> None:
    """A test that cannot fail is a defect: no row of the table is empty."""
    assert ROWS[clause], (
        f"expected a pool in conformance/meta/broken/ that {clause} catches, got none: write one "
        f"that is wrong in this way only ({load_clauses()[clause].text})"
    )


def test_a_broken_pool_is_caught_once_a_clause() -> None:
    """A broken pool says what is wrong with it, and no clause twice under one start method."""
    for pool in broken_pools():
        keys = [(caught.clause, caught.start_method) for caught in pool.caught]
        assert pool.wrong.endswith("."), f"{pool.name}: expected a sentence, got {pool.wrong!r}"
        assert keys, f"{pool.name}: expected CAUGHT to name a clause, got none"
        assert len(keys) == len(set(keys)), f"{pool.name}: a clause stands twice in CAUGHT"


@pytest.mark.parametrize("caught", OF_THE_STDLIB, ids=lambda caught: caught.clause)
def test_what_the_stdlib_is_caught_for_is_a_known_failure_of_it(caught: Caught) -> None:
    """Its deviation file says why, and that it fails each time."""
    entry = KNOWN.find(caught.clause, caught.start_method)
    assert entry is not None, f"{caught.clause}: expected an entry in {KNOWN.path}, got none"
    assert entry.verdicts == {Verdict(caught.verdict)}, (
        f"{caught.clause}: the stdlib fails in this way now and then; write a pool that always does"
    )


def test_a_sound_pool_is_exempt_from_clauses_that_there_are() -> None:
    """What an oddity breaks by design is named by a clause of SPEC.md, with the reason."""
    for pool in sound_pools():
        assert set(pool.exempt or {}) <= set(load_clauses()), pool.name
        assert all((pool.exempt or {}).values()), pool.name
