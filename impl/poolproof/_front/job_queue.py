"""The jobs that are not over, and which of them is next to hand out tasks.

    submit --> waiting --> every task is with a worker --> every task has its outcome --> over
                  ^                     |
                  +---------------------+
             tasks come back that have not run

Used by the dispatcher's thread, and where that is stuck in user code by the one that terminates
the pool in its place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, islice
from typing import Any

from .._wire.calls import name_of
from .apply_jobs import ApplyJobs
from .imap_jobs import IMapJob
from .jobs import Job, Settle, Span
from .results import AsyncResult
from .sizing import Experience, Sizer


class JobQueue:
    """Jobs, in the order of submission.

    settle: shows the outcome of an apply call.
    finish: called with a job when every task has its outcome.
    """

    def __init__(self, settle: Settle, finish: Callable[[Job], None]) -> None:
        self._settle = settle
        self._finish = finish
        self._open: set[Job] = set()
        self._orders = count(1)
        self._waiting: OrderedDict[Job, None] = OrderedDict()
        self._fed: list[IMapJob] = []
        #: seconds that no later job is begun, for the sake of one whose input is about to yield
        self.hold_s = 0.0
        self._run: ApplyJobs | None = None  # the last of those waiting, if apply calls may join it
        self._apply_sizer = Sizer()  # of all apply jobs: each alone is too short to learn from
        self._experience = Experience()

    @property
    def waiting(self) -> bool:
        """Tell whether a job may have tasks to hand out."""
        return bool(self._waiting)

    @property
    def empty(self) -> bool:
        """Tell whether every job is over."""
        return not self._open

    # -- jobs come

    def submit(self, job: Job) -> None:
        """Enqueue a job."""
        function = name_of(job.packer.callable)
        if function is not None and not isinstance(job, ApplyJobs):
            self._experience.pass_on(function, job.sizer)
        job.order = next(self._orders)
        self._open.add(job)
        self._run = None  # calls that follow come behind this job
        self._waiting[job] = None
        if isinstance(job, IMapJob):
            self._fed.append(job)
            job.read_on()
        self.finish_if_complete(job)

    def submit_call(self, result: AsyncResult[Any]) -> None:
        """Enqueue an apply call by its handle, as the next one of a run where it can be."""
        if self._run is None:
            opened = self.new_run()
            self._open.add(opened)
            self._waiting[opened] = None
            self._run = opened
        self._run.add(result)

    def new_run(self) -> ApplyJobs:
        """Return a run of apply jobs that has none yet; any thread may call this."""
        run = ApplyJobs(self._apply_sizer, self._settle)
        run.order = next(self._orders)
        return run

    def adopt(self, jobs: Iterable[Job]) -> None:
        """Look after jobs whose tasks somebody else has sent."""
        self._open.update(jobs)

    def is_open(self, job: Job) -> bool:
        """Tell whether a job is not over."""
        return job in self._open

    # -- tasks leave, and come back

    def next(self, take: Callable[[Job], Span | None]) -> tuple[Job, Span] | None:
        """Return the first job that `take` gets tasks of, and those; None when there is none."""
        found = None
        spent = []
        for job in self._waiting:
            span = take(job)
            if span is not None:
                found = job, span
                break
            if job.left() == 0:  # else its input has nothing for now
                spent.append(job)
            elif (hold_s := job.hold_s()) > 0:
                self.hold_s = hold_s
                break
        for job in spent:
            self._leave(job)
            self.finish_if_complete(job)
        if self._run is not None and self._run.long():
            self._run = None  # where calls never stop, it would never be over
        return found

    def has_earlier(self, job: Job, position: int) -> bool:
        """Tell whether there is a task to be sent that was submitted before one of `job`.

        It has come back, or was read only now.  Whoever is sent it behind that one starts them the
        wrong way round.
        """
        for waiting in self._waiting:
            if waiting.order > job.order:
                return False
            if (first := waiting.first_at_hand()) is not None:
                return waiting is not job or first < position
        return False

    def reads_before(self, job: Job) -> bool:
        """Tell whether an input that was submitted before `job` may yet have tasks."""
        for waiting in self._waiting:
            if waiting.order >= job.order:
                return False
            if isinstance(waiting, IMapJob):
                return True
        return False

    def take_turns(self) -> None:
        """Hand out the tasks of all jobs that there are one by one."""
        for job in self._open:
            job.in_turn = True

    def requeue(self, job: Job, span: Span) -> None:
        """Take back tasks that did not run, to their place, unless their job was abandoned."""
        if span.tasks and job in self._open:
            job.give_back(span)
            self._ensure_waiting(job)

    def requeue_suspects(self, job: Job, span: Span) -> None:
        """As `requeue`, of tasks one of which cannot be loaded; each will travel alone."""
        if span.tasks and job in self._open:
            job.suspect(span)
            self._ensure_waiting(job)

    def _ensure_waiting(self, job: Job) -> None:
        if job not in self._waiting:
            self._waiting[job] = None
            for later in [other for other in self._waiting if other.order > job.order]:
                self._waiting.move_to_end(later)

    # -- inputs that are read as they are used

    def sweep(self) -> None:
        """Finish the jobs whose input has ended behind its last outcome."""
        for job in list(self._fed):
            self.finish_if_complete(job)

    def has_fed_tasks(self, *, first_only: bool = False) -> bool:
        """Tell whether an input, or the first of those that wait, has tasks that can be taken."""
        if not first_only:
            return any(job.has_tasks() for job in self._fed)
        fed = (job for job in self._waiting if isinstance(job, IMapJob))
        return any(job.has_tasks() for job in islice(fed, 1))

    def read_on(self) -> None:
        """Have the inputs read as far as may be, though no worker has room."""
        for job in self._fed:
            job.read_on()

    def end_input(self) -> None:
        """The pool closes: read no further where the caller bounded the reading."""
        for job in self._fed:
            job.stop_drawing()

    def lift_windows(self) -> None:
        """A thread joins: read all inputs to their end, whoever takes the results."""
        for job in self._fed:
            job.lift_window()

    # -- jobs go

    def finish_if_complete(self, job: Job) -> None:
        """Have a job finished that has all its outcomes."""
        if job.finished():
            self._finish(job)

    def drop(self, job: Job) -> bool:
        """The job is over; return False where it had been over before."""
        self._leave(job)
        if isinstance(job, IMapJob):
            with suppress(ValueError):  # it was dropped before, or is not wholly submitted
                self._fed.remove(job)
        try:
            # One call into C: a thread that terminates the pool may come beside the dispatcher.
            self._open.remove(job)
        except KeyError:
            return False
        return True

    def drop_all(self) -> Iterator[Job]:
        """Drop and yield every job."""
        for job in list(self._open):
            if self.drop(job):
                yield job

    def _leave(self, job: Job) -> None:
        self._waiting.pop(job, None)
        if job is self._run:
            self._run = None
