"""Room for the descriptors of many workers."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator

import pytest

from poolproof._descriptors import A_WORKER, FEW_WORKERS, SPARE, make_room

LOW = 300  # files: fewer than many workers take


@pytest.fixture(name="hard")
def _hard() -> Iterator[int]:
    """Set the soft limit low; return the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LOW, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _soft() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@pytest.mark.usefixtures("hard")
def test_few_workers_leave_the_limit_alone() -> None:
    make_room(FEW_WORKERS)
    assert _soft() == LOW


def test_many_workers_raise_it_to_what_they_and_the_program_need(hard: int) -> None:
    workers = FEW_WORKERS + 1
    make_room(workers)
    assert min(hard, workers * A_WORKER + SPARE) <= _soft() <= hard
    raised = _soft()
    make_room(workers)
    assert _soft() == raised, "those that have no file open yet count once"


@pytest.mark.usefixtures("hard")
def test_no_limit_is_lowered() -> None:
    make_room(1000)
    raised = _soft()
    make_room(FEW_WORKERS + 1)
    assert _soft() == raised


def test_it_stays_below_the_hard_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (LOW, 2 * LOW))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: limits.append(both))
    make_room(1000)
    assert limits == [(2 * LOW, 2 * LOW)]


def test_what_is_open_is_counted(hard: int) -> None:
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(100)]
    try:
        make_room(FEW_WORKERS + 1)
        assert _soft() >= min(hard, (FEW_WORKERS + 1) * A_WORKER + SPARE + len(files))
    finally:
        for file in files:
            os.close(file)
