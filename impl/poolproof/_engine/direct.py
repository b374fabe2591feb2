"""The direct way: an `apply` that finds a worker idle needs no dispatcher.

    caller  pickle -> borrow a link -> send -> wait -> give back -> load -> settle
    worker                                 run

A round trip costs two thread switches less, and they are most of it.  Whatever
is not plain goes the ordinary way: a frame that is interrupted, whose worker
dies or answers anything but one outcome goes back with its link, still in the
ledger, and the dispatcher finds it there like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._front.apply_jobs import ApplyJobs
from .._front.results import AsyncResult
from .._front.sizing import BUDGET_NS
from .._link.ledger import Frame
from .._link.loan import Loan
from .._link.loans import Loans
from .._wire.calls import APPLY_CALL_ID
from .._wire.channel import Body, fits_inline, pickle_into
from .._wire.claims import split_log
from .._wire.frames import (
    RESULT_HEADER_SIZE,
    ResultKind,
    TaskHeader,
    TaskKind,
    pack_task,
    unpack_result,
)
from .._wire.unpacking import load_user_object
from .delivery import deliver_loaded, fail_unloaded


class DirectCalls:
    """Runs single calls on borrowed links.

    Guarantees: any thread may call.  No user code runs while a link is borrowed.
    """

    def __init__(self, loans: Loans, new_job: Callable[[], ApplyJobs]) -> None:
        self._loans = loans
        self._new_job = new_job

    def run(self, result: AsyncResult[Any]) -> AsyncResult[Any] | ApplyJobs | None:
        """Run the call if a worker is idle; return what is left to submit, None if nothing is.

        What is left is the handle, or a job that has its pickle already.
        Raises: what pickling the call raises.
        """
        if not self._loans.available():
            return result
        task, body = result.pool_call, Body()
        pickle_into(body, [task])
        job = self._job_of(result)
        loan = None
        if fits_inline(body.size):
            exchange = _Exchange(job, body)
            loan = self._loans.lend(exchange)
            if exchange.outcome is not None:
                _deliver(job, exchange.outcome)
                return None
        if loan is None or not loan.sent:
            result.pool_call = task  # back from a job that handed it out in vain
            job = self._job_of(result)
            job.pickled = body
            return job
        if self._loans.abandoned is not None:
            job.abandon(self._loans.abandoned)
        return None

    def _job_of(self, result: AsyncResult[Any]) -> ApplyJobs:
        job = self._new_job()
        job.add(result)
        return job


class _Exchange:
    """Sends the only task of a job over a link, and takes its outcome if that is a plain one."""

    def __init__(self, job: ApplyJobs, body: Body) -> None:
        self._job = job
        self._body = body
        #: its pickle, a copy: the link's buffer is the next borrower's
        self.outcome: bytes | None = None

    def __call__(self, loan: Loan) -> None:
        if not loan:
            return
        link = loan[0]
        span = self._job.take(1)
        assert span is not None, "the job has one task"
        frame = Frame(link.next_seq(), self._job, span, carries_call=False, file=None)
        header = TaskHeader(
            TaskKind.RUN,
            exact=self._job.exact,
            joint=True,
            seq=frame.seq,
            call_id=APPLY_CALL_ID,
            size=self._body.size,
            budget_ns=BUDGET_NS,
            tasks=1,
        )
        received = link.exchange.make(loan, frame, [pack_task(header), *self._body])
        if received is None:
            return
        record, _ = received
        result = unpack_result(record)
        plain = result.kind == ResultKind.OUTCOMES and result.tasks and not result.in_file
        # It may be the last frame's, said again (see `ResultHandler`).
        if plain and result.last and result.seq == frame.seq:
            outcome = bytes(split_log(record[RESULT_HEADER_SIZE:], 1)[0])
            if loan:  # else the record may be another's by now, and its own is the dispatcher's
                self.outcome = outcome
                link.ledger.popleft()  # from here on the link is idle, whatever is raised


def _deliver(job: ApplyJobs, pickled: bytes) -> None:
    outcome, error = load_user_object(pickled)
    if error is not None:
        fail_unloaded(job, 0, error)
    else:
        deliver_loaded(job, 0, [outcome])
