"""Room for the descriptors of many workers."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Iterator
from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]  # typeshed

import pytest

from poolproof import Pool
from poolproof._engine.task_handler import DEPTH
from poolproof._process.room import A_WORKER, SPARE, USUAL_LIMIT, make_room

from .limits import open_all, open_files_limited
from .tasks import square

MANY = 100  # workers: more than fit
GET_S = 30.0
SIZE = 70_000  # bytes: more than a record takes


@pytest.fixture(name="hard")
def _hard() -> Iterator[int]:
    """Set the soft limit to what it usually is; return the hard one."""
    with open_files_limited(USUAL_LIMIT) as hard:
        yield hard


def _soft() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@pytest.mark.usefixtures("hard")
def test_workers_that_fit_leave_the_limit_alone() -> None:
    make_room(2)
    assert _soft() == USUAL_LIMIT


def test_many_workers_raise_it_to_what_they_and_the_program_need(hard: int) -> None:
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(100)]
    try:
        make_room(MANY)
        raised = _soft()
        assert raised >= min(hard, MANY * A_WORKER + SPARE + len(files))
        make_room(MANY)
        assert _soft() == raised, "those that have no file open yet count once"
    finally:
        for file in files:
            os.close(file)


@pytest.mark.usefixtures("hard")
def test_no_limit_is_lowered() -> None:
    make_room(2 * MANY)
    raised = _soft()
    make_room(MANY)
    assert _soft() == raised


def test_a_limit_that_somebody_has_chosen_is_left_alone(hard: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_LIMIT - 1, hard))
    make_room(MANY)
    assert _soft() == USUAL_LIMIT - 1


@pytest.mark.usefixtures("hard")
@pytest.mark.parametrize("error", [ValueError("not allowed to raise maximum limit"), OSError()])
def test_where_it_may_not_be_raised_the_pool_goes_on(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource, "setrlimit", refuse)
    make_room(MANY)


def test_it_stays_below_the_hard_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (USUAL_LIMIT, 2 * USUAL_LIMIT))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: limits.append(both))
    make_room(1000)
    assert limits == [(2 * USUAL_LIMIT, 2 * USUAL_LIMIT)]


@pytest.mark.usefixtures("hard")
def test_several_pools_find_room() -> None:
    context = multiprocessing.get_context("fork")
    pools = [Pool(50, context=context) for _ in range(3)]
    for pool in pools:
        assert pool.map_async(square, range(100)).get(GET_S) == [n * n for n in range(100)]
    for pool in pools:
        pool.terminate()
        pool.join()


def _zeros(size: int) -> bytes:
    return bytes(size)


@pytest.mark.usefixtures("hard")
def test_what_the_program_opens_later_costs_few_results() -> None:
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        files = open_all()
        try:
            handles = [pool.apply_async(_zeros, (SIZE,)) for _ in range(40)]
            lost = 0
            for handle in handles:
                try:
                    assert len(handle.get(GET_S)) == SIZE
                except MaybeEncodingError:
                    lost += 1
            assert lost <= 2 * DEPTH, "those of the frames that were under way"
            again = [pool.apply_async(_zeros, (SIZE,)) for _ in range(40)]
            assert [len(handle.get(GET_S)) for handle in again] == [SIZE] * 40
        finally:
            for file in files:
                os.close(file)


@pytest.mark.usefixtures("hard")
def test_large_results_of_several_pools_find_room() -> None:
    context = multiprocessing.get_context("fork")
    pools = [Pool(50, context=context) for _ in range(3)]
    for pool in pools:
        handles = [pool.apply_async(_zeros, (SIZE,)) for _ in range(300)]
        assert [len(handle.get(GET_S)) for handle in handles] == [SIZE] * 300
    for pool in pools:
        pool.terminate()
        pool.join()
