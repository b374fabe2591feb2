"""What the template forks, and who forks where there is none."""

from __future__ import annotations

import errno
import itertools
import mmap
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.context import BaseContext, ForkContext, ForkProcess
from typing import Any
from unittest import mock

import pytest

from poolproof import BrokenPoolError, Pool

from .counting import nothing_left
from .patience import WAIT_S, await_
from .tasks import square
from .templates import (
    FORK,
    one_worker,
    replace_worker,
    template_of,
    templates,
)


class _Faulty:
    """Lets os.fork fail in the template, or at the first call, until it is healed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._flag = mmap.mmap(-1, 1)  # shared with what is forked
        self._fork = os.fork
        self._here = os.getpid()
        self.template_only = True
        monkeypatch.setattr(os, "fork", self.fork)

    def fork(self) -> int:
        if self._flag[0] and (os.getpid() != self._here or not self.template_only):
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return self._fork()

    def fail(self, yes: bool) -> None:
        self._flag[0] = yes


@pytest.fixture(name="faulty")
def _faulty(monkeypatch: pytest.MonkeyPatch) -> _Faulty:
    return _Faulty(monkeypatch)


def test_a_fork_that_fails_in_the_template_is_tried_again(faulty: _Faulty) -> None:
    with one_worker() as pool:
        faulty.fail(True)
        (before,) = pool._pool
        before.kill()
        result = pool.apply_async(square, (3,))
        await_(lambda: pool._dispatcher._workers.waiting_to_retry, "the failed start")
        faulty.fail(False)
        assert result.get(WAIT_S) == 9
        template_of(pool)


def test_a_pool_that_can_start_no_worker_does_not_poll(
    faulty: _Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one_worker() as pool:
        results = pool.imap(square, itertools.count())
        next(results)  # the other tasks stay: nobody takes their results
        faulty.fail(True)
        (before,) = pool._pool
        before.kill()
        workers = pool._dispatcher._workers
        await_(lambda: workers.waiting_to_retry and not pool._pool, "the failed start")
        (job,) = pool._dispatcher._loop.jobs._fed
        feed: Any = job._feed
        await_(lambda: feed._drawn >= feed._allowed, "the end of the reading ahead")
        turns = mock.Mock(side_effect=pool._dispatcher._loop.turn)
        monkeypatch.setattr(pool._dispatcher._loop, "turn", turns)
        await_(lambda: workers.broken is not None, "the last failed start")
        assert turns.call_count < 50


def test_the_error_of_a_fork_that_fails_in_the_template_is_told(faulty: _Faulty) -> None:
    with one_worker() as pool:
        faulty.fail(True)
        (before,) = pool._pool
        before.kill()
        with pytest.raises(BrokenPoolError, match="Resource temporarily unavailable") as caught:
            pool.apply_async(square, (3,)).get(WAIT_S)
        cause = caught.value.__cause__
        assert isinstance(cause, OSError)
        assert cause.errno == errno.EAGAIN


def test_a_template_that_cannot_be_forked_fails_the_constructor(faulty: _Faulty) -> None:
    faulty.template_only = False
    faulty.fail(True)
    with nothing_left(), pytest.raises(BlockingIOError):
        Pool(2, context=FORK)


def test_a_worker_that_cannot_be_started_takes_the_template_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ForkProcess, "start", mock.Mock(side_effect=OSError("no more processes")))
    with nothing_left(), pytest.raises(OSError, match="no more processes"):
        Pool(2, context=FORK)


class _OwnProcess(ForkProcess):
    """A process of a user's own context."""


class _OwnContext(ForkContext):
    Process = _OwnProcess


@pytest.mark.parametrize(
    ("context", "count"),
    [
        (FORK, 1),
        (multiprocessing, 1),
        (_OwnContext(), 0),
        (multiprocessing.get_context("forkserver"), 0),
    ],
)
def test_only_what_forks_as_the_standard_library_has_a_template(context: Any, count: int) -> None:
    with Pool(1, context=context) as pool:
        assert pool.apply_async(square, (3,)).get(WAIT_S) == 9
        assert len(templates()) == count


class _OwnProcesses(Pool):
    """As programs have it whose tasks start processes: those of a pool are daemonic and may not."""

    @staticmethod
    def Process(ctx: BaseContext, *args: Any, **kwds: Any) -> ForkProcess:  # noqa: N802  as there
        assert ctx is FORK
        return _OwnProcess(*args, **kwds)


@pytest.mark.parametrize(
    "pool", [lambda: Pool(1, context=_OwnContext()), lambda: _OwnProcesses(1, context=FORK)]
)
def test_a_pool_without_template_replaces_its_workers(pool: Callable[[], Pool]) -> None:
    with pool() as made:
        assert not templates()
        replace_worker(made)
        (process,) = made._pool
        assert type(process) is _OwnProcess
        assert process.name.startswith("_OwnPoolWorker-")
