"""The task handler: whoever could work has work, whatever was taken back from whom."""

from __future__ import annotations

from collections import deque
from unittest.mock import Mock

from poolproof._engine.shelf import Shelf
from poolproof._engine.task_handler import DEPTH, TaskHandler
from poolproof._front.job_queue import JobQueue
from poolproof._link.exchange import Exchange
from poolproof._link.known_calls import KnownCalls
from poolproof._link.ledger import Frame
from poolproof._link.link import Link
from poolproof._link.loans import Loans
from poolproof._wire.channel import Body
from poolproof._wire.frames import TaskHeader

from .jobs import map_job, settle


class _Unreading(Link):
    """A worker that has not read what it was sent."""

    def __init__(self, call_id: int) -> None:
        self.ledger = deque()
        self.ready = self.held = True
        self.retiring = self.spent = self.surplus = self.stuck = False
        self.lost = False
        self.allowance = None
        self.exchange = Mock(Exchange)  # nobody borrows
        self.calls = KnownCalls()
        self.calls.learn(call_id)

    def next_seq(self) -> int:
        return 0

    def send_frame(self, frame: Frame, header: TaskHeader, body: Body) -> None:  # noqa: ARG002
        self.ledger.append(frame)

    def take_back(self) -> Frame | None:
        return self.ledger.popleft() if self.ledger else None


def _nothing(_: object) -> None:
    """Stand for what an epoll would be told."""


def test_a_worker_from_which_everything_was_taken_back_has_work() -> None:
    job, _ = map_job(range(2))
    job.sizer.observe(1, 100_000)
    loans = Loans(_nothing, _nothing, lambda: None)  # nobody is here to borrow a link
    jobs = JobQueue(settle, _nothing)
    tasks = TaskHandler(2, jobs, Shelf(0), loans)
    jobs.submit(job)
    first, late = _Unreading(job.call_id), _Unreading(job.call_id)
    tasks.refill([first])
    assert len(first.ledger) == DEPTH, "expected a frame to be sent ahead"
    tasks.refill([first, late])
    assert (len(first.ledger), len(late.ledger)) == (1, 1)


def test_what_came_back_goes_out_in_its_order_whatever_it_came_back_for() -> None:
    job, _ = map_job(range(4))
    jobs = JobQueue(settle, _nothing)
    tasks = TaskHandler(1, jobs, Shelf(0), Loans(_nothing, _nothing, lambda: None))
    jobs.submit(job)
    first, second = job.take(2), job.take(2)
    assert first is not None
    assert second is not None
    jobs.requeue_suspects(job, second)
    jobs.requeue(job, first)
    link, sent = _Unreading(job.call_id), []
    while jobs.waiting:
        tasks.refill([link])
        sent += [frame.span.start for frame in link.ledger]
        link.ledger.clear()
    assert sent == sorted(sent)
    assert sent[-2:] == [2, 3], "what may not load goes alone"
