"""What became of the tasks that a dead worker had taken up, as its claim slot tells."""

from __future__ import annotations

from .._errors import WorkerLostError
from .._front.job_queue import JobQueue
from .._link.ledger import Frame
from .._link.link import Link
from .._wire.claims import Claim, Phase
from .delivery import deliver_outcomes


def settle_claimed(frame: Frame, claim: Claim, link: Link, jobs: JobQueue) -> int | None:
    """Find the outcome of each task of the frame that a dead worker had taken up.

    Return the position in the frame of the one that was running, None where there was none.
    """
    lost = None
    if claim.phase == Phase.LOADING:
        if len(frame.span.tasks) == 1:
            lost = 0
        else:
            jobs.requeue_suspects(frame.job, frame.span)
    elif frame.job.exact:
        logged = link.slot.outcomes(claim)[frame.delivered - claim.first :]
        deliver_outcomes(frame.job, frame.span.start + frame.delivered, logged)
        over = max(claim.over, frame.delivered)
        if claim.started > over:
            lost = over
        jobs.requeue(frame.job, frame.rest(max(claim.started, over)))
    else:
        # Values of a batch die with their worker; the task that was running answers for them.
        if claim.started > frame.delivered:
            lost = claim.started - 1
            frame.job.forfeit(frame.span.start + frame.delivered, lost - frame.delivered)
        jobs.requeue(frame.job, frame.rest(max(claim.started, frame.delivered)))
    if lost is not None:
        _fail_lost(frame, lost, link)
    return lost


def _fail_lost(frame: Frame, position: int, link: Link) -> None:
    job, index = frame.job.where(frame.span.start + position)
    lost = WorkerLostError(link.process.exitcode, job, index, link.process.pid)
    frame.job.fail(frame.span.start + position, lost)
