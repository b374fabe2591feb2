"""Pools side by side: `python -m pytest benchmarks/compare [--quick]`."""

import pytest

from benchmarks.compare.records import extra_info
from benchmarks.compare.session import Session


def test_pool(
    session: Session, row: str, start_method: str, pool: str, request: pytest.FixtureRequest
) -> None:
    """The pool does the row's work under the start method, rightly and before its deadline."""
    group = session.groups[f"{row}-{start_method}"]
    result = session.result(group, pool)
    refusal = result.refusal
    if refusal is None:
        # Asked for only now: pytest-benchmark warns about a fixture that is not used.
        benchmark = request.getfixturevalue("benchmark")
        benchmark.extra_info.update(extra_info(group, result))
        session.clock.replay(benchmark, result.times_s())
        return
    if refusal.status in {"missing", "unsupported"}:
        pytest.skip(refusal.pip_line or refusal.reason)
    if result.entrant.role == "peer":
        pytest.xfail(f"{refusal.status}: {refusal.reason}")  # a result of the peer's, not of ours
    pytest.fail(f"{pool} {refusal.status}: {refusal.reason}")
