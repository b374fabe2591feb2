"""RES: results of a worker that is busy again."""

from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.tracked import TrackedPool
from .harness.waiting import Gate

STREAMS = ("imap", "imap_unordered")
BEHIND = 20
"""Tasks that wait behind the one that is held."""


@clause("RES-14", needs=(*STREAMS, "one_worker"))
@given(before=st.sampled_from([1, 10, 100]))
def test_a_result_comes_while_its_worker_runs_another_task(
    subject: BoundSubject, before: int
) -> None:
    """The only worker runs a task that waits: the results of all tasks before it are there."""
    items = range(before + 1 + BEHIND)
    with subject.open(1) as pool:
        for method in STREAMS:
            with subject.gate() as gate:
                results = getattr(pool, method)(_held_at(before, gate), items)
                early = [next(results) for _ in range(before)]
                gate.open()
                seen = expect.ordered([*early, *results])
                expect.equal(seen, list(items), f"the results of {method}")
        if not subject.lacks(("apply_async", "concurrent_jobs")):
            _expect_early_handles(subject, pool, before)


def _expect_early_handles(subject: BoundSubject, pool: TrackedPool, before: int) -> None:
    items = range(before + 1 + BEHIND)
    given_back: list[int] = []
    called = not subject.lacks(("callbacks",))
    options: dict[str, Any] = {"callback": given_back.append} if called else {}
    with subject.gate() as gate:
        task = _held_at(before, gate)
        handles = [pool.apply_async(task, (item,), **options) for item in items]
        if called:  # first, for nobody has asked for a result yet
            subject.eventually(lambda: len(given_back) >= before, f"the first {before} callbacks")
        early = [handle.get() for handle in handles[:before]]
        gate.open()
        seen = [*early, *(handle.get() for handle in handles[before:])]
        expect.equal(seen, list(items), "the results of apply_async")


def _held_at(number: int, gate: Gate) -> "partial[Any]":
    return partial(tasks.fail_at, number, gate.task)
