"""Jobs without a pool: what they hand out, and what they make of outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolproof import IMapIterator
from poolproof._front.apply_jobs import ApplyJobs
from poolproof._front.jobs import Job, Span, as_task_error
from poolproof._front.sizing import Sizer

from .jobs import apply_call, deliver_echo, imap_job, map_job, settle, take_all


def _one_of_each() -> list[Callable[[], Job]]:
    def apply_jobs() -> Job:
        jobs = ApplyJobs(Sizer(), settle)
        for number in range(10):
            jobs.add(apply_call(number))
        return jobs

    return [lambda: map_job(range(10))[0], _imap_of_ten, apply_jobs]


_kept: list[IMapIterator[Any]] = []  # a job holds its iterator weakly


def _imap_of_ten() -> Job:
    job, iterator, _ = imap_job(range(10))
    _kept[:] = [iterator]
    return job


@pytest.mark.parametrize("make", _one_of_each(), ids=["map", "imap", "apply"])
def test_tasks_given_back_go_first_and_are_counted(make: Callable[[], Job]) -> None:
    job = make()
    first, second = job.take(4), job.take(3)
    assert first is not None
    assert second is not None
    assert job.left() == 3
    job.give_back(second)
    job.give_back(Span(2, first.tasks[2:]))
    assert job.left() == 8
    assert job.take(1) == Span(2, first.tasks[2:3])
    assert job.take(9) == Span(3, first.tasks[3:])
    assert job.take(9) == second
    assert [span.start for span in take_all(job)] == [7]
    assert job.left() == 0


@pytest.mark.parametrize("make", _one_of_each(), ids=["map", "imap", "apply"])
def test_suspects_travel_alone_and_are_counted(make: Callable[[], Job]) -> None:
    job = make()
    span = job.take(3)
    assert span is not None
    job.suspect(span)
    assert [(s.start, len(s.tasks)) for s in job.suspects] == [(0, 1), (1, 1), (2, 1)]
    assert job.left() == 10


def test_giving_back_nothing_changes_nothing() -> None:
    job, _ = map_job(range(3))
    job.give_back(Span(0, []))
    assert job.take(9) == Span(0, range(3))


@given(total=st.integers(1, 60), chunksize=st.integers(1, 7), data=st.data())
def test_map_puts_values_in_the_order_of_the_input(
    total: int, chunksize: int, data: st.DataObject
) -> None:
    job, result = map_job(range(total), chunksize)
    spans = take_all(job, data.draw(st.integers(1, 9)))
    for span in data.draw(st.permutations(spans)):
        assert not job.finished()
        deliver_echo(job, span)
    assert job.finished()
    job.conclude()
    assert result.get(0) == list(range(total))


@given(failing=st.sets(st.integers(0, 9), min_size=1), order=st.permutations(range(10)))
def test_map_waits_for_all_tasks_then_raises_the_error_of_the_earliest(
    failing: set[int], order: list[int]
) -> None:
    job, result = map_job(range(10))
    take_all(job)
    for position in order:
        assert not job.finished()
        if position in failing:
            job.fail(position, ValueError(position))
        else:
            job.deliver(position, [position])
    job.conclude()
    with pytest.raises(ValueError, match=f"^{min(failing)}$"):
        result.get(0)


def test_map_forfeits_what_died_with_the_failing_item() -> None:
    job, result = map_job(range(5))
    take_all(job)
    job.forfeit(0, 3)
    job.fail(3, ValueError("lost"))
    job.deliver(4, [4])
    assert job.finished()
    job.conclude()
    assert not result.successful()


def test_a_job_that_is_exact_forfeits_nothing() -> None:
    job, _, _ = imap_job(range(5))
    with pytest.raises(NotImplementedError, match="IMapJob"):
        job.forfeit(0, 1)


@given(chunksize=st.integers(1, 5), position=st.integers(0, 9))
def test_a_message_names_job_and_item(chunksize: int, position: int) -> None:
    assert map_job(range(50), chunksize)[0].where(position) == (7, position * chunksize)
    assert imap_job(range(50), chunksize=chunksize)[0].where(position) == (
        7,
        position * chunksize,
    )


def test_only_a_stopiteration_is_shown_as_another_error() -> None:
    error = ValueError()
    assert as_task_error(error) is error
    assert isinstance(as_task_error(StopIteration()), RuntimeError)


def test_an_abandoned_job_ends_whoever_waits() -> None:
    error = ValueError("the end")
    mapping, result = map_job(range(3))
    mapping.abandon(error)
    iterating, iterator, _ = imap_job(range(3))
    iterating.abandon(error)
    for wait in (result.get, iterator.next):
        with pytest.raises(ValueError, match="the end"):
            wait(0)
    with pytest.raises(StopIteration):
        iterator.next(0)


def test_what_comes_after_an_abandonment_is_nobodys() -> None:
    settled: list[tuple[int, bool]] = []
    jobs = ApplyJobs(Sizer(), lambda result, success, _: settled.append((result.job, success)))
    for number in range(4):
        jobs.add(apply_call(number, callback=print))
    assert jobs.take(3) is not None
    jobs.deliver(0, ["zero"])
    jobs.abandon(ValueError("the end"))
    assert jobs.finished()
    jobs.deliver(1, ["one"])
    jobs.fail(2, KeyError())
    assert settled == [(0, True), (1, False), (2, False), (3, False)]
    assert jobs.where(2) == (2, 0), "a trace asks for it"
    iterating, iterator, _ = imap_job(range(3))
    span = iterating.take(2)
    assert span is not None
    iterating.abandon(ValueError("the end"))
    deliver_echo(iterating, span)
    with pytest.raises(ValueError, match="the end"):
        iterator.next(0)
    with pytest.raises(StopIteration):
        iterator.next(0)


def test_the_handle_of_a_call_lets_go_of_the_arguments() -> None:
    """They live on in the frame only (bpo-29861), and where there will be none, not at all."""
    jobs = ApplyJobs(Sizer(), settle)
    drawn, undrawn = apply_call(0), apply_call(1)
    jobs.add(drawn)
    jobs.add(undrawn)
    assert jobs.take(1) == Span(0, [(int, (0,), {})])
    assert drawn.pool_call is None
    assert undrawn.pool_call is not None
    jobs.abandon(ValueError("the end"))
    assert undrawn.pool_call is None


def test_apply_calls_are_settled_one_by_one_and_in_any_order() -> None:
    jobs = ApplyJobs(Sizer(), settle)
    results = [apply_call(number) for number in range(3)]
    for result in results:
        jobs.add(result)
    assert jobs.take(2) == Span(0, [(int, (0,), {}), (int, (1,), {})])
    assert jobs.where(1) == (1, 0)
    assert jobs.left() == 1
    jobs.deliver(1, ["one"])
    jobs.fail(0, ValueError("zero"))
    assert [result.ready() for result in results] == [True, True, False]
    jobs.abandon(KeyError("rest"))
    assert jobs.finished()
    assert results[1].get(0) == "one"
    for result, error in ((results[0], ValueError), (results[2], KeyError)):
        with pytest.raises(error):
            result.get(0)


def test_what_comes_back_stands_in_the_order_of_the_input() -> None:
    """Whatever comes first: a worker that has a later task is sent no more until then."""
    job = map_job(range(10))[0]
    spans = [job.take(2) for _ in range(4)]
    assert all(spans)
    for number in (3, 0):
        job.suspect(spans[number] or Span(0, ()))
    for number in (2, 1):
        job.give_back(spans[number] or Span(0, ()))
    assert [span.start for span in job.suspects] == [0, 1, 6, 7]
    assert job.first_back() == 0
    job.suspects.clear()
    assert job.first_back() == 2
    assert [span.start for span in take_all(job)] == [2, 4, 8]
