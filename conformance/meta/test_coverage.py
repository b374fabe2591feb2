"""Every clause has its test, and every test has its clause.

Read from the test modules themselves, `conformance/test_*.py`, so that a new module cannot be
forgotten.  A clause that no test decides says so in SPEC.md, with the reason.
"""

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from .. import __name__ as room
from ..clauses import Mark, load_clauses, mark_of
from ..subjects.capabilities import NAMES

CLAUSES = load_clauses()


@pytest.fixture(scope="module")
def tests() -> dict[str, Mark | None]:
    """Every test of the suite, as MODULE.FUNCTION, with what `@clause` left on it."""
    modules = sorted(path.stem for path in Path(__file__).parents[1].glob("test_*.py"))
    return dict(pair for module in modules for pair in _tests_of(module))


def _tests_of(module: str) -> Iterator[tuple[str, Mark | None]]:
    for name, member in vars(importlib.import_module(f"{room}.{module}")).items():
        if name.startswith("test_") and callable(member):
            yield f"{module}.{name}", mark_of(member)


def _decided(tests: dict[str, Mark | None]) -> Counter[str]:
    return Counter(mark.clause.id for mark in tests.values() if mark)


def _listed(names: Iterable[str]) -> str:
    return "\n".join(["", *sorted(names)])


def test_every_clause_has_a_test(tests: dict[str, Mark | None]) -> None:
    """A clause without a test is a promise that nobody checks."""
    tested = {each.id for each in CLAUSES.values() if each.untested is None}
    missing = tested - set(_decided(tests))
    assert not missing, f"expected a test for each clause, got none for:{_listed(missing)}"


def test_no_clause_has_two_tests(tests: dict[str, Mark | None]) -> None:
    """A clause has one verdict a subject and start method, so it has one test."""
    twice = [clause_id for clause_id, n in _decided(tests).items() if n > 1]
    assert not twice, f"expected one test a clause, got more for:{_listed(twice)}"


def test_every_test_names_a_clause(tests: dict[str, Mark | None]) -> None:
    """A test without a clause holds pools to something nobody wrote down."""
    nameless = [name for name, mark in tests.items() if mark is None]
    assert not nameless, f"expected @clause(...) on each test, got none on:{_listed(nameless)}"


def test_an_untested_clause_has_no_test(tests: dict[str, Mark | None]) -> None:
    """The reason why it cannot be tested is stale once it is."""
    stale = {each.id for each in CLAUSES.values() if each.untested} & set(_decided(tests))
    assert not stale, f"expected 'Untested:' or a test, got both for:{_listed(stale)}"


def test_every_need_is_a_capability(tests: dict[str, Mark | None]) -> None:
    """A misspelt need would make every subject unsupported."""
    unknown = [
        f"{name}: {need}"
        for name, mark in tests.items()
        if mark
        for need in mark.needs
        if need not in NAMES
    ]
    assert not unknown, f"expected capabilities as needs, got:{_listed(unknown)}"
