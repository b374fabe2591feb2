"""The task handler: moves tasks from jobs to workers, a frame at a time.

Every worker that waits gets a frame; then every worker whose frame is short
gets the next one to hand, so that it need not sleep between the two: waking a
process costs more than all else that is done for a frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from .._front.job_queue import JobQueue
from .._front.jobs import Job, Span
from .._front.packing import Packed
from .._link.ledger import Frame
from .._link.link import Link
from .._link.loans import Loans
from .._wire.calls import APPLY_CALL_ID
from .._wire.channel import Body, fits_inline
from .._wire.frames import TaskHeader, TaskKind
from .._wire.memory import MemoryFile
from .shelf import Shelf

DEPTH = 2  # frames a worker may have: the running one, and the next one if both are short


class TaskHandler:
    """Sends the tasks of the jobs that wait."""

    def __init__(self, workers: int, jobs: JobQueue, shelf: Shelf, loans: Loans) -> None:
        self._workers = workers
        self._jobs = jobs
        self._shelf = shelf
        self._loans = loans
        self._ready: list[Link] = []  # as of the last turn
        #: a worker that has nothing to do is not sent what there is
        self.keeps_one = False

    def refill(self, links: Iterable[Link]) -> bool:
        """Send frames to the workers that can take one; return whether any could take more."""
        self._jobs.hold_s = 0.0
        self.keeps_one = False
        ready = self._ready = [link for link in links if link.ready and not link.retiring]
        if self._jobs.waiting or any(link.held and len(link.ledger) == DEPTH for link in ready):
            held = self._loans.reclaim(ready)
            self._send_to(held)
        else:
            held = self._loans.leave(ready)
        room = any(len(link.ledger) < DEPTH and self._may_send(link) for link in held)
        idle = [link for link in held if not link.ledger and link.allowance is None]
        for link in idle:
            if link.calls.urgent:
                with suppress(OSError):  # a full channel: with its next frame then; or it is dead
                    link.tell_stale()
        # Not a spare, it may have to wait for others, nor those that count: a borrower does not.
        if not self._jobs.hold_s and len(ready) <= self._workers:
            self._loans.offer(idle)
        return room or (not self._jobs.waiting and len(held) < len(ready))

    def _send_to(self, links: list[Link]) -> None:
        for link in links:
            if link.stuck and len(link.ledger) == DEPTH:
                self._take_unread(link)
        for depth in range(DEPTH):
            for link in links:
                while len(link.ledger) <= depth and self._may_send(link) and self._send_next(link):
                    pass
        self._rebalance(links)

    def _may_send(self, link: Link) -> bool:
        if link.leaving:
            return False
        if not link.ledger:
            return True
        running = link.ledger[-1]
        if link.stuck or running.job.in_turn:
            return False
        if self._jobs.has_earlier(running.job, running.span.start):
            return False
        return running.job.sizer.may_prefetch(len(running.span.tasks))

    def _send_next(self, link: Link) -> bool:
        """Send one frame; return False when there is nothing to send or no room."""
        found = self._jobs.next(lambda job: self._take(job, link))
        return found is not None and self._send(link, *found)

    def _take(self, job: Job, link: Link) -> Span | None:
        if link.leaving or self._keeps(link, job):
            return None
        limit = 1 if job.in_turn else job.sizer.items(job.left(), self._workers)
        if link.allowance is not None:
            allowed = link.allowance.items(job.order, job.packer.per_unit)
            if not allowed:
                link.spent = True
                return None
            limit = min(limit, allowed)
        return job.take(limit)

    def _keeps(self, link: Link, job: Job) -> bool:
        """Tell whether a worker is to wait for what an earlier input yields (see `spares`).

        All that the pool is to have run tasks that may wait for just that.
        """
        if len(self._ready) <= self._workers or not self._jobs.reads_before(job):
            return False
        # Those that are held: the books of one that is on loan are the borrower's.
        others = [other for other in self._ready if other.held and other is not link]
        running = [other.ledger[0] for other in others if other.ledger]
        ahead = [frame for frame in running if self._jobs.reads_before(frame.job)]
        nothing_earlier = not any(
            self._jobs.has_earlier(frame.job, frame.span.start) for frame in ahead
        )
        self.keeps_one = len(ahead) >= self._workers and nothing_earlier
        return self.keeps_one

    def _send(self, link: Link, job: Job, span: Span) -> bool:
        call: Body | None = None
        if job.call_id not in link.calls and job.call_id != APPLY_CALL_ID:
            call = self._pickle_call(job, span)
            if call is None:
                return True
        try:
            packed = self._pickle_tasks(job, span)
        except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
            self._refuse(job, span, error)
            return True
        span = span._replace(tasks=packed.tasks)
        if packed.error is not None:
            self._refuse(job, span, packed.error)
            return True
        return self._post(link, job, span, call, packed)

    def _pickle_call(self, job: Job, span: Span) -> Body | None:
        """Return the callable's pickle; None when it cannot be pickled."""
        try:
            return job.packer.call()
        except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
            for position in range(span.start, span.start + len(span.tasks)):
                job.fail(position, error)
            job.sizer.observe(len(span.tasks), 1)
            self._jobs.finish_if_complete(job)
            return None

    def _pickle_tasks(self, job: Job, span: Span) -> Packed:
        if span.pickled is not None:
            return Packed(span.pickled, joint=True, tasks=span.tasks)
        return job.packer.tasks(span.start, span.tasks)

    def _refuse(self, job: Job, span: Span, error: BaseException) -> None:
        """Fail the task that cannot be pickled; of several, find out which it is."""
        if len(span.tasks) == 1:
            job.fail(span.start, error)
            self._jobs.finish_if_complete(job)
        else:
            job.suspect(span)

    def _post(self, link: Link, job: Job, span: Span, call: Body | None, packed: Packed) -> bool:
        body = packed.body if call is None else Body([*call, *packed.body])
        size = body.size
        call_size = 0 if call is None else call.size
        job.sizer.weigh_frame(len(span.tasks), size - call_size)
        in_file = not fits_inline(size)
        frame = Frame(link.next_seq(), job, span, carries_call=bool(call_size), file=None)
        header = TaskHeader(
            TaskKind.RUN,
            in_file=in_file,
            exact=job.exact,
            carried=job.packer.carried,
            joint=packed.joint,
            seq=frame.seq,
            call_id=job.call_id,
            call_size=call_size,
            size=size,
            budget_ns=job.sizer.budget_ns(job.left(), self._workers),
            start=span.start,
            tasks=len(span.tasks),
            per_unit=job.packer.per_unit,
            ahead_of=link.ledger[0].seq if link.ledger else 0,
        )
        try:
            frame.file = self._file_for(job, body, in_file=in_file)
        except OSError as error:  # no descriptor, or no room: waiting for it might last for ever
            self._refuse(job, span, error)
            return True
        try:
            link.send_frame(frame, header, body)
        except OSError:  # a full channel: later, or elsewhere
            self._shelf.take_from(frame)
            self._jobs.requeue(job, span)
            return False
        link.charge(job, span)
        return True

    def _file_for(self, job: Job, body: Body, *, in_file: bool) -> MemoryFile | None:
        """Return the file that travels with a frame: for its body, or for a large result only.

        Raises: OSError where the body needs one, and there is none or it does not take the body.
        """
        if not in_file and not job.sizer.expects_large:
            return None
        try:
            file = self._shelf.borrow()
        except OSError:
            if in_file:
                raise
            return None  # the worker makes one, if it can
        if in_file:
            try:
                file.write(body)
            except OSError:
                file.close()
                raise
        return file

    def _rebalance(self, links: list[Link]) -> None:
        """Give an idle worker what lies unread before a busy one."""
        idle = [link for link in links if link.idle]
        if not idle or self.keeps_one:
            return
        for busy in [link for link in links if len(link.ledger) == DEPTH]:
            self._take_unread(busy)
            if not busy.ledger:  # it had read neither, and nothing else would have it served
                idle.append(busy)
        for link in idle:
            self._send_next(link)

    def _take_unread(self, busy: Link) -> None:
        while (frame := busy.take_back()) is not None:
            self._shelf.take_from(frame)
            busy.refund(frame.job, frame.span)
            self._jobs.requeue(frame.job, frame.span)
