"""Every source of SPEC.md is of a known kind, and CPython's pool tests are cited in full.

The tests are read from the running interpreter's own test package, as text.  One that CPython adds
fails here until a clause says what it asserts.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..clauses import Clause, load_clauses

CLAUSES = list(load_clauses().values())

POOL_CLASSES = ("_TestPool", "_TestPoolWorkerErrors", "_TestPoolWorkerLifetime")
POOL_TESTS = frozenset(
    {
        "TestInitializers.test_pool_initializer",
        "TestPoolNotLeakOnFailure.test_release_unused_processes",
        "TestStdinBadfiledescriptor.test_pool_in_process",
        "TestSyncManagerTypes.test_pool",
        "MiscTestCase.test_large_pool",
    }
)
"""Tests of a pool that stand in classes about something else."""

SOURCE = re.compile(
    r"""docs\ "[^"]+"
    | CPython\ `[\w.]+`(?:,\ `[\w.]+`)*
    | gh-\d{4,6} | bpo-\d{4,5} | PEP\ \d+
    | observed""",
    re.VERBOSE,
)


@pytest.fixture(scope="module")
def cpython_tests() -> frozenset[str]:
    """Names of the pool tests of this interpreter, as CLASS.METHOD."""
    try:
        spec = importlib.util.find_spec("test._test_multiprocessing")
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        pytest.skip("this interpreter came without its test package (Debian: python3-test)")
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return frozenset(_pool_tests(tree))


def _pool_tests(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for member in node.body:
            name = f"{node.name}.{getattr(member, 'name', '')}"
            if name in POOL_TESTS or (node.name in POOL_CLASSES and ".test" in name):
                yield name


def _cited(clause: Clause) -> set[str]:
    return set(re.findall(r"`(_?\w+\.test\w*)`", clause.source))


@pytest.mark.parametrize("each", CLAUSES, ids=lambda c: c.id)
def test_a_source_is_of_a_known_kind(each: Clause) -> None:
    """Documentation, CPython test, issue, PEP or observation; a remark may follow in brackets."""
    for part in each.source.split("; "):
        kind = re.sub(r" \(.*\)$", "", part)
        assert SOURCE.fullmatch(kind), f"{each.id}: expected a source, got {part!r}"


def test_every_pool_test_of_cpython_has_a_clause(cpython_tests: frozenset[str]) -> None:
    """Whatever CPython asserts of a pool, a clause states."""
    uncited = cpython_tests - {name for each in CLAUSES for name in _cited(each)}
    assert not uncited, f"expected a clause for each, got none for: {', '.join(sorted(uncited))}"


def test_every_cited_test_exists(cpython_tests: frozenset[str]) -> None:
    """A test that CPython renamed is no source; `Since` may put it into a later Python."""
    cited = {name for each in CLAUSES if each.since is None for name in _cited(each)}
    gone = cited - cpython_tests
    assert not gone, f"expected tests of this interpreter, got: {', '.join(sorted(gone))}"
