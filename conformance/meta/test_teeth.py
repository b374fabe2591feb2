"""Each broken pool is caught by its clause; nothing is raised against the sound ones."""

import pytest

from ..clauses import Level, load_clauses
from ..harness.narrative import failure_text
from ..harness.ruling import Ruling
from .holding import clause_tests, rulings_of
from .specimens import Caught, Specimen, broken_pools, sound_pools

pytestmark = pytest.mark.teeth

Rulings = dict[tuple[str, str, str], Ruling]

CASES = [(pool, caught) for pool in broken_pools() for caught in pool.caught]
SOUND = sound_pools()
_FEW = 3  # examples: an oddity that is taken for a failure shows in the first ones
MUST = [c for c in clause_tests() if load_clauses()[c].level is Level.MUST]


def _name(value: Specimen | Caught) -> str:
    if isinstance(value, Caught):
        return value.clause
    return value.subject.rpartition(":")[0].rpartition(".")[2]


@pytest.fixture(scope="module")
def broken_rulings(tmp_path_factory: pytest.TempPathFactory) -> Rulings:
    """Return what the clauses ruled on all broken pools, found out in one run."""
    keys = [(pool.subject, caught.clause, caught.start_method) for pool, caught in CASES]
    return rulings_of(keys, tmp_path_factory.mktemp("broken"))


@pytest.fixture(scope="module")
def sound_rulings(tmp_path_factory: pytest.TempPathFactory) -> Rulings:
    """Return what the MUST clauses ruled on all sound pools, found out in one run."""
    keys = [(pool.subject, clause, "fork") for pool in SOUND for clause in MUST]
    return rulings_of(keys, tmp_path_factory.mktemp("sound"), _FEW)


@pytest.mark.parametrize(("pool", "caught"), CASES, ids=_name)
def test_a_broken_pool_is_caught(pool: Specimen, caught: Caught, broken_rulings: Rulings) -> None:
    """The clause fails with the verdict and the words that the broken pool's author expects."""
    ruling = broken_rulings[pool.subject, caught.clause, caught.start_method]
    text = failure_text(ruling)
    assert ruling.verdict == caught.verdict, text
    assert caught.clause in text
    assert caught.text in text, text


@pytest.mark.parametrize("pool", SOUND, ids=_name)
def test_nothing_is_raised_against_a_sound_pool(pool: Specimen, sound_rulings: Rulings) -> None:
    """No MUST clause fails on a pool that is merely odd."""
    raised = [
        failure_text(ruling)
        for (subject, clause, _), ruling in sound_rulings.items()
        if subject == pool.subject
        and clause not in (pool.exempt or {})
        and ruling.fails(strict=False)
    ]
    assert not raised, "\n\n".join(raised)
