"""What a sequence of calls may come to: one rule a step, by a model that does one thing at a time.

`judge` is a pure function of the steps and their outcomes.  The model knows a pool that
runs, is closed or is terminated, and jobs whose items each have one outcome:
- what was not submitted in time is refused with ValueError;
- a result is the right one, whenever it is asked for, and again;
- TimeoutError comes only to who set a timeout, and not once the result must be there;
- another error comes only where terminate() or the death of a worker may have cut the
  job off, and a death cuts off one task.
"""

from dataclasses import dataclass, field

from .harness.history import Event, account
from .harness.outcome import Error, Outcome, Value
from .sequence_jobs import Job, job_of
from .sequences import (
    BLOCKING,
    OVER,
    SKIPPED,
    End,
    Get,
    Kill,
    Ready,
    Sequence,
    Step,
    Submit,
    items_of,
)

_NONE = Value(None)


@dataclass(frozen=True)
class Others:
    """What other threads do meanwhile: which ending methods they call, whether they kill."""

    ends: frozenset[str] = frozenset()
    kills: int = 0

    @classmethod
    def of(cls, sequences: list[Sequence]) -> "Others":
        """Return what these sequences do to a pool."""
        steps = [step for sequence in sequences for step in sequence]
        ends = frozenset(step.method for step in steps if isinstance(step, End))
        return cls(ends - {"join"}, sum(isinstance(step, Kill) for step in steps))


@dataclass(frozen=True)
class Verdict:
    """Where the outcomes leave the model: the step, what it allows there, what was seen."""

    step: Step
    expected: str
    observed: str


def judge(
    sequence: Sequence, outcomes: list[Outcome], thread: int = 0, others: Others | None = None
) -> Verdict | None:
    """Return the first outcome that the model does not allow, None where it allows them all."""
    model = _Model(thread, others or Others())
    for step, outcome in zip(sequence, outcomes, strict=True):
        expected = model.take(step, outcome)
        if expected is not None:
            return Verdict(step, expected, str(outcome))
    return None


def unaccounted(sequences: list[Sequence], events: list[Event]) -> str | None:
    """Return what is wrong with the account: items that ran twice, or that nobody submitted."""
    wanted = [
        item
        for thread, sequence in enumerate(sequences)
        for job, step in enumerate(s for s in sequence if isinstance(s, Submit))
        for item in items_of(thread, job, step.count)
    ]
    seen = account(events, wanted)
    return str(seen) if seen.doubled or seen.unexpected else None


@dataclass
class _Model:
    thread: int
    others: Others
    phase: str = "run"
    jobs: list[Job] = field(default_factory=list)
    spare: int = 0
    """Deaths that no job has been charged with."""

    def __post_init__(self) -> None:
        self.spare = self.others.kills

    def take(self, step: Step, outcome: Outcome) -> str | None:
        """Follow one step; returns what was expected where the outcome is none of that."""
        if outcome == SKIPPED:
            return None
        if isinstance(step, Submit):
            return self._submit(step, outcome)
        if isinstance(step, End):
            return self._end(step.method, outcome)
        if isinstance(step, Kill):
            self.spare += 1
            return None
        job = self.jobs[step.job]
        if isinstance(step, Get):
            return self._get(job, outcome, may_time_out=step.timeout is not None)
        if isinstance(step, Ready):
            return self._ready(job, outcome)
        assert isinstance(outcome, Value)
        for each in outcome.value:
            expected = self._next(job, each, may_time_out=step.timeout is not None)
            if expected is not None:
                return expected
        return None

    def _submit(self, step: Submit, outcome: Outcome) -> str | None:
        items = items_of(self.thread, len(self.jobs), step.count)
        job = job_of(step, items)
        self.jobs.append(job)
        refused = isinstance(outcome, Error) and outcome.kind == "ValueError"
        if self.phase != "run":
            return None if refused else "ValueError: the pool takes no job any more"
        if refused and self.others.ends and outcome not in job.results():
            return None
        if step.method in BLOCKING:
            return self._get(job, outcome, may_time_out=False)
        return None if isinstance(outcome, Value) else "a handle"

    def _end(self, method: str, outcome: Outcome) -> str | None:
        if method == "join" and self.phase == "run":
            refused = isinstance(outcome, Error) and outcome.kind == "ValueError"
            ended = self.others.ends and outcome == _NONE
            return None if refused or ended else "ValueError: the pool still runs"
        if method == "close" and self.phase == "run":
            self.phase = "close"
        elif method == "terminate":
            self.phase = "terminate"
            for job in self.jobs:
                job.cut_off = job.cut_off or not job.settled
        elif method == "join" and self.phase == "close" and "terminate" not in self.others.ends:
            for job in self.jobs:
                job.settled = True
        return None if outcome == _NONE else f"{method}() to return None"

    def _get(self, job: Job, outcome: Outcome, *, may_time_out: bool) -> str | None:
        if job.seen is not None:
            return None if outcome == job.seen else f"{job.seen}, as before"
        if may_time_out and _is_timeout(outcome) and not job.settled:
            return None
        allowed = job.results()
        if outcome in allowed or (_is_loss(outcome) and self._explains(job)):
            job.settled, job.seen = True, outcome
            return None
        return " or ".join(map(str, allowed)) or "the error of a lost worker"

    def _ready(self, job: Job, outcome: Outcome) -> str | None:
        allowed = [Value(True)] if job.settled else [Value(True), Value(False)]
        if outcome == Value(True):
            job.settled = True
        return None if outcome in allowed else "ready() to be true"

    def _next(self, job: Job, outcome: Outcome, *, may_time_out: bool) -> str | None:
        if may_time_out and _is_timeout(outcome) and not job.settled:
            return None
        if outcome == OVER:
            job.over = True
            owes = job.remaining() > 0 and not self._is_cut_off(job) and not job.lost_chunk
            return f"{job.remaining()} more results" if owes else None
        allowed = job.next_ones()
        if outcome in allowed:
            job.left = job.behind(outcome)
            return None
        unread = not job.remaining() and not job.over
        if _is_loss(outcome) and self._is_cut_off(job) and unread:
            return None  # an input that nobody has read yet may turn out to be empty
        if _is_loss(outcome) and job.remaining() and self._explains(job):
            job.lost_chunk = job.lost_chunk or job.step.chunksize is not None
            if None in allowed:
                job.left.remove(None)
            elif job.step.method == "imap":
                job.left = job.left[1:]
            else:
                job.gone += 1
            return None
        return f"one of {list(map(str, allowed))}" if allowed else str(OVER)

    def _explains(self, job: Job) -> bool:
        """Whether an error that is no item's own may be: by terminate(), or by a death."""
        if self._is_cut_off(job) or None in job.next_ones():
            return True
        if not job.pardoned:
            job.pardoned = job.step.chunksize or 1
            self.spare -= 1
        job.pardoned -= 1
        return self.spare >= 0

    def _is_cut_off(self, job: Job) -> bool:
        return job.cut_off or "terminate" in self.others.ends


def _is_loss(outcome: Outcome) -> bool:
    return isinstance(outcome, Error) and outcome != OVER and not _is_timeout(outcome)


def _is_timeout(outcome: Outcome) -> bool:
    return isinstance(outcome, Error) and outcome.kind == "TimeoutError"
