"""Each broken pool is caught by its clause; nothing is raised against the sound ones.

Writes a record file, from which `python -m reports` makes the table of clauses and broken pools.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..harness.narrative import failure_text
from ..harness.ruling import Ruling
from ..harness.verdicts import Verdict
from .holding import Judge, Trial, on_trial, raced_as_the_stdlib
from .records import TeethRecord
from .specimens import Caught, Specimen, broken_pools, sound_pools
from .table import met_by_the_stdlib

pytestmark = pytest.mark.teeth

Case = tuple[Specimen, Caught]

BROKEN = broken_pools()
SOUND = sound_pools()
HELD = met_by_the_stdlib()
CASES = [(pool, caught) for pool in BROKEN for caught in pool.caught]
_FEW = 2  # examples: an oddity that is taken for a failure shows in the first ones


def _name(value: Specimen | Caught) -> str:
    return value.clause if isinstance(value, Caught) else value.name


def _trial(pool: Specimen, caught: Caught) -> Trial:
    return Trial(pool.subject, caught.clause, caught.start_method)


def _clauses_for(pool: Specimen) -> list[str]:
    return [clause for clause in HELD if clause not in (pool.exempt or {})]


def _asked_for(request: pytest.FixtureRequest, test: str) -> list[dict[str, Any]]:
    """Return the parameters with which a test of this file is going to run."""
    mine = (item for item in request.session.items if item.path == request.path)
    functions = (item for item in mine if isinstance(item, pytest.Function))
    return [item.callspec.params for item in functions if item.originalname == test]


@pytest.fixture(scope="module")
def cases(request: pytest.FixtureRequest) -> list[Case]:
    """Return the broken pools that were asked for, each with a clause."""
    asked = _asked_for(request, test_a_broken_pool_is_caught.__name__)
    return [(params["pool"], params["caught"]) for params in asked]


@pytest.fixture(scope="module")
def oddities(request: pytest.FixtureRequest) -> list[Specimen]:
    """Return the sound pools that were asked for."""
    asked = _asked_for(request, test_nothing_is_raised_against_a_sound_pool.__name__)
    return [params["pool"] for params in asked]


@pytest.fixture(scope="module")
def record(
    request: pytest.FixtureRequest,
    cases: list[Case],
    oddities: list[Specimen],
) -> Iterator[TeethRecord]:
    """Give the record file of this run."""
    expected = len(cases) + sum(len(_clauses_for(pool)) for pool in oddities)
    failed_before = request.session.testsfailed
    with TeethRecord(BROKEN, sound=SOUND, expected=expected) as file:
        yield file
        file.finish(int(request.session.testsfailed > failed_before))


@pytest.fixture(scope="module")
def judge(cases: list[Case]) -> Iterator[Judge]:
    """Hold the broken pools to their clauses, in one run; what will hang waits beside the rest."""
    first = sorted(cases, key=lambda case: case[1].verdict != Verdict.HANG)
    with on_trial(_trial(*case) for case in first) as of_trial:
        yield of_trial


@pytest.fixture(scope="module")
def judge_of_sound(oddities: list[Specimen]) -> Iterator[Judge]:
    """Hold the sound pools to every clause that the stdlib's pool meets, in one run."""
    trials = [Trial(p.subject, clause, "fork") for p in oddities for clause in _clauses_for(p)]
    with on_trial(trials, _FEW) as of_trial:
        yield of_trial


def _ruled(
    judge: Judge, trial: Trial, as_expected: Callable[[Ruling], bool], examples: int | None = None
) -> tuple[Ruling, int]:
    """Return the ruling and after how many tries it came: the stdlib's own race is no answer."""
    ruling = judge(trial)
    if as_expected(ruling) or not raced_as_the_stdlib(ruling):
        return ruling, 1
    with on_trial([trial], examples) as again:
        return again(trial), 2


@pytest.mark.parametrize(("pool", "caught"), CASES, ids=_name)
def test_a_broken_pool_is_caught(
    pool: Specimen, caught: Caught, record: TeethRecord, judge: Judge
) -> None:
    """The clause fails with the verdict and the words that the broken pool's author expects."""

    def as_expected(ruling: Ruling) -> bool:
        text = failure_text(ruling)
        return ruling.verdict == caught.verdict and caught.clause in text and caught.text in text

    ruling, tries = _ruled(judge, _trial(pool, caught), as_expected)
    ok = as_expected(ruling)
    record.trial(pool, ruling, expected=caught.verdict, as_expected=ok, tries=tries)
    assert ok, f"expected {caught.verdict} and {caught.text!r}, got {failure_text(ruling)}"


@pytest.mark.parametrize("pool", SOUND, ids=_name)
def test_nothing_is_raised_against_a_sound_pool(
    pool: Specimen, record: TeethRecord, judge_of_sound: Judge
) -> None:
    """No clause that the stdlib's pool meets fails on a pool that is merely odd."""

    def as_expected(ruling: Ruling) -> bool:
        return ruling.verdict is not Verdict.ERROR and not ruling.fails(strict=True)

    raised = []
    for clause in _clauses_for(pool):
        trial = Trial(pool.subject, clause, "fork")
        ruling, tries = _ruled(judge_of_sound, trial, as_expected, _FEW)
        ok = as_expected(ruling)
        record.trial(pool, ruling, expected=None, as_expected=ok, tries=tries)
        if not ok:
            raised.append(failure_text(ruling))
    assert not raised, "\n\n".join(raised)
