"""Sequences of calls as data: the steps, how they are drawn, and who plays them.

A sequence is drawn before its body starts, so every reference in it is to a job
that was submitted further up.  What it may come to is `sequence_model`'s business.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from . import tasks
from .faults.killed_worker import kill_any
from .harness.bound import BoundSubject
from .harness.outcome import Error, Outcome, Value, capture
from .harness.tracked import TrackedPool

BLOCKING = ("apply", "map", "starmap")
ASYNC = ("apply_async", "map_async", "starmap_async")
STREAMS = ("imap", "imap_unordered")
METHODS = (*BLOCKING, *ASYNC, *STREAMS, "close", "terminate", "join")
OVER: Outcome = Error("StopIteration", ())
SKIPPED: Outcome = Value("skipped: the job was refused")

_MOST_ITEMS = 8
_MOST_STEPS = 10
_MOST_BEHIND = 6  # the first close, terminate or join
_PAUSE_S = 0.002  # long enough for the next step to find the task running
_SHORT_S = 0.01
_LONG_S = 600.0  # never passes: a get() that does not return is a HANG long before


@dataclass(frozen=True)
class Submit:
    """Start a job of `count` items; the job's number is how many came before it."""

    method: str
    task: str
    count: int = 1
    chunksize: int | None = None


@dataclass(frozen=True)
class Get:
    """Call `get(timeout)` of a job's handle."""

    job: int
    timeout: float | None = None


@dataclass(frozen=True)
class Ready:
    """Call `ready()` of a job's handle."""

    job: int


@dataclass(frozen=True)
class Take:
    """Ask a job's iterator for its next results, `count` times; None asks without a timeout."""

    job: int
    count: int
    timeout: float | None = None


@dataclass(frozen=True)
class End:
    """Call `close`, `terminate` or `join`."""

    method: str


@dataclass(frozen=True)
class Kill:
    """Send SIGKILL to a worker, whatever it does."""

    which: int


Step = Submit | Get | Ready | Take | End | Kill
Sequence = list[Step]


_ENDS = st.builds(End, st.sampled_from(["close", "terminate", "join"]))


def items_of(thread: int, job: int, count: int) -> range:
    """Return the items of a job: no other job has one of them, and the first is even."""
    first = (thread * 2 * _MOST_STEPS + job) * _MOST_ITEMS * 2
    return range(first, first + count)


@st.composite
def sequences(draw: st.DrawFn, *, faults: bool = False, ends: bool = True) -> Sequence:
    """Draw a sequence.

    faults: with workers that die, and with waits for what terminate() has cut off; without
    faults nothing is drawn that only a timeout could end.
    ends: with close, terminate and join.
    """
    steps: Sequence = []
    for _ in range(draw(st.integers(1, _MOST_STEPS))):
        steps.append(draw(_next_steps(steps, faults=faults)))
    if ends and draw(st.sampled_from([True, True, True, False])):
        steps.append(draw(_ENDS))
        for _ in range(draw(st.integers(0, _MOST_BEHIND))):
            following = _next_steps(steps, faults=faults)
            steps.append(draw(st.one_of(following, following, _ENDS)))
    return steps


def _next_steps(steps: Sequence, *, faults: bool) -> st.SearchStrategy[Step]:
    """Return what may come next, ends apart, the more often the more it is worth."""
    ended = [n for n, step in enumerate(steps) if step in (End("close"), End("terminate"))]
    jobs = [step for step in steps[: ended[0] if ended else None] if isinstance(step, Submit)]
    patient = faults or End("terminate") not in steps
    waits = st.sampled_from([None, 0, _SHORT_S, _LONG_S] if patient else [0, _SHORT_S])
    counts = st.integers(1, _MOST_ITEMS + 1)
    handles = [n for n, job in enumerate(jobs) if job.method in ASYNC]
    streams = [n for n, job in enumerate(jobs) if job.method in STREAMS]
    plain = [n for n in streams if jobs[n].chunksize is None]
    kinds = [_submissions(faults)] * 2
    if handles:
        kinds += [st.builds(Get, st.sampled_from(handles), waits)] * 3
        kinds += [st.builds(Ready, st.sampled_from(handles))]
    if plain:
        kinds += [st.builds(Take, st.sampled_from(plain), counts, waits)]
    if streams and patient:
        kinds += [st.builds(Take, st.sampled_from(streams), counts)]
    if faults and jobs:
        kinds += [st.builds(Kill, st.integers(0, 3))]
    # Of the kinds, not of all that they may be: else most of the steps are submissions.
    return st.sampled_from(kinds).flatmap(lambda kind: kind)


def _submissions(faults: bool) -> st.SearchStrategy[Step]:
    """Draw a job.  A chunk of a stream has no raising item: the stdlib drops what is behind it."""
    kinds = [*_TASKS] if faults else [kind for kind in _TASKS if kind != "die"]
    counts, chunks = st.integers(0, _MOST_ITEMS), st.none() | st.integers(2, _MOST_ITEMS)
    tame = st.sampled_from(["square", "pause"])
    one, several = ("apply_async", "apply"), ("map_async", "starmap_async", "map", "starmap")
    return st.one_of(
        st.builds(Submit, st.sampled_from(one), st.sampled_from(kinds)),
        st.builds(Submit, st.sampled_from(several), st.sampled_from(kinds), counts, chunks),
        st.builds(Submit, st.sampled_from(STREAMS), st.sampled_from(kinds), counts),
        st.builds(Submit, st.sampled_from(STREAMS), tame, counts, st.integers(2, _MOST_ITEMS)),
    )


_TASKS: dict[str, Callable[[range], Callable[[int], Any]]] = {
    "square": lambda _items: tasks.square,
    "even or raise": lambda _items: tasks.even_or_raise,
    "pause": lambda _items: partial(tasks.sleep_then, _PAUSE_S),
    "die": lambda items: partial(tasks.fail_at, items.start, tasks.kill_self),
}
"""What a job does with its items; "die" kills the worker at the first of them."""


class Player:
    """Plays one sequence on a pool, in the thread that calls.

    Guarantees: players of several threads may share the pool.
    """

    def __init__(self, subject: BoundSubject, pool: TrackedPool, thread: int = 0) -> None:
        self._subject = subject
        self._pool = pool
        self._thread = thread
        self._jobs = itertools.count()
        self._handles: dict[int, Any] = {}

    def play(self, sequence: Sequence) -> list[Outcome]:
        """Return what each step came to."""
        return [self._step(step) for step in sequence]

    def _step(self, step: Step) -> Outcome:
        if isinstance(step, Submit):
            return self._submit(step, next(self._jobs))
        if isinstance(step, End):
            return capture(getattr(self._pool, step.method))
        if isinstance(step, Kill):
            return Value(kill_any(self._subject, step.which))
        handle = self._handles.get(step.job)
        if handle is None:
            return SKIPPED
        if isinstance(step, Get):
            return capture(partial(handle.get, step.timeout))
        if isinstance(step, Ready):
            return capture(handle.ready)
        ask = handle.__next__ if step.timeout is None else partial(handle.next, step.timeout)
        return Value(_taken(ask, step.count))

    def _submit(self, step: Submit, job: int) -> Outcome:
        items = items_of(self._thread, job, step.count)
        task = self._subject.recorded(_TASKS[step.task](items))
        method = getattr(self._pool, step.method)
        if step.method.startswith("apply"):
            outcome = capture(partial(method, task, (items.start,)))
        else:
            work = [(item,) for item in items] if "starmap" in step.method else list(items)
            chunks = () if step.chunksize is None else (step.chunksize,)
            outcome = capture(partial(method, task, work, *chunks))
        if step.method not in BLOCKING and isinstance(outcome, Value):
            self._handles[job] = outcome.value
        return outcome


def _taken(ask: Callable[[], Any], count: int) -> list[Outcome]:
    """Return what asking came to, up to the end of the iterator."""
    taken: list[Outcome] = []
    while len(taken) < count and OVER not in taken:
        taken.append(capture(ask))
    return taken
