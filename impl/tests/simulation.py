"""The real task handler, sizer and runner, on simulated workers and a simulated clock.

Nothing of the scheduling is imitated here.  What is simulated is time: what an
item takes, what a frame costs in the parent and in a worker, and how long a
sleeping process takes to wake.  Source of the costs: measured on 2 CPUs, in
the order of `sizing`'s "some 40 us a frame in parent and worker".
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unittest.mock import Mock

import pytest

from poolproof import MapResult
from poolproof._engine.shelf import Shelf
from poolproof._engine.task_handler import TaskHandler
from poolproof._front.job_queue import JobQueue
from poolproof._front.map_jobs import MapJob
from poolproof._front.sizing import Sizer
from poolproof._link.exchange import Exchange
from poolproof._link.known_calls import KnownCalls
from poolproof._link.ledger import Frame
from poolproof._link.link import Link
from poolproof._link.loans import Loans
from poolproof._wire import claims
from poolproof._wire.channel import Body
from poolproof._wire.frames import ResultKind, TaskHeader, TaskKind
from poolproof._worker import runner
from poolproof._worker.outbox import Outbox
from poolproof._worker.outcome_log import OutcomeLog
from poolproof._worker.worker_process import Interrupts

from .slots import fresh_slot

SEND_NS = 15_000  # parent: size, pickle and send a frame
RECEIVE_NS = 10_000  # parent: read a result and requeue what was given back
WORKER_NS = 15_000  # worker: read and unpickle a frame, pickle and send its result
WAKE_NS = 50_000  # a process that sleeps on another CPU

Runner = Callable[[runner.Run], None]


class Clock:
    """Simulated time of a worker, in ns."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        """Read the clock, as `time.perf_counter_ns` does."""
        return self.now_ns


class CountingOutbox(Outbox):
    """Counts the tasks that a runner reports as done."""

    def __init__(self) -> None:
        self.done = 0

    def send(
        self,
        kind: ResultKind,  # noqa: ARG002  as the method it stands for
        first: int,
        count: int,
        body: Body,  # noqa: ARG002
        *,
        last: bool = False,  # noqa: ARG002
    ) -> None:
        """Count; a result costs the worker nothing beyond its frame's `WORKER_NS`."""
        self.done = first + count


@dataclass
class Flight:
    """A frame in a simulated worker: when it is read, and what comes back when."""

    frame: Frame
    read_ns: int
    end_ns: int
    done: int
    elapsed_ns: int


class SimulatedLink(Link):
    """A worker that takes simulated time; the ledger is the real one."""

    def __init__(self, simulation: Simulation, call_id: int) -> None:
        self._simulation = simulation
        self.ledger = deque()
        self.ready = self.held = True
        self.retiring = self.spent = self.surplus = self.stuck = False
        self.lost = False
        self.allowance = None
        self.exchange = Mock(Exchange)  # nobody borrows
        self.calls = KnownCalls()
        self.calls.learn(call_id)  # it need not travel
        self.flights: deque[Flight] = deque()
        self._last_seq = 0

    def next_seq(self) -> int:
        """Return a number for the next frame."""
        self._last_seq += 1
        return self._last_seq

    def send_frame(self, frame: Frame, header: TaskHeader, body: Body) -> None:  # noqa: ARG002
        """Take a frame and work out what will become of it."""
        simulation = self._simulation
        simulation.now_ns += SEND_NS
        read_ns = max(
            self.flights[-1].end_ns if self.flights else 0,
            simulation.now_ns + (0 if self.flights else WAKE_NS),
        )
        done, elapsed_ns = simulation.run(frame, header.budget_ns)
        end_ns = read_ns + WORKER_NS + elapsed_ns
        flight = Flight(frame, read_ns, end_ns, done, elapsed_ns)
        self.flights.append(flight)
        self.ledger.append(frame)
        simulation.expect(self, flight)

    def take_back(self) -> Frame | None:
        """Take back a frame that the worker has not read at this instant."""
        if not self.flights or self.flights[-1].read_ns <= self._simulation.now_ns:
            return None
        self.flights.pop()
        return self.ledger.pop()


def _nothing(_: Link) -> None:
    """Stand for what an epoll would be told."""


class Simulation:
    """One `map` without chunksize on a number of workers."""

    def __init__(
        self,
        costs_ns: Sequence[int],
        workers: int,
        run: Runner,
        clock: Clock,
        slot: claims.Slot,
        foretold_ns: int | None,
    ) -> None:
        self.now_ns = 0  # of the parent
        self._costs_ns = costs_ns
        self._clock = clock
        self._run = run
        self._slot = slot
        self._events: list[tuple[int, int, SimulatedLink, Flight]] = []
        self._sent = 0
        self.ran = [0] * len(costs_ns)
        self.frames = 0
        self._finished = False
        loans = Loans(_nothing, _nothing, lambda: None)  # nobody is here to borrow a link
        self._jobs = JobQueue(_settle, self._finish)
        self._tasks = TaskHandler(workers, self._jobs, Shelf(0), loans)
        items = range(len(costs_ns))
        self._job = MapJob(MapResult(_Owner(), 1), _no_call, items, 1, _settle, 1)
        if foretold_ns is not None:
            self._job.sizer.begin_with(sizer_that_saw(foretold_ns))
        self._links = [SimulatedLink(self, self._job.call_id) for _ in range(workers)]

    def makespan_ns(self) -> int:
        """Run the job and return when its last result has been taken in."""
        self._jobs.submit(self._job)
        self._tasks.refill(self._links)
        while not self._finished:
            self._receive()
            self._tasks.refill(self._links)
        assert self.ran == [1] * len(self._costs_ns), "an item was lost or doubled"
        return self.now_ns

    def run(self, frame: Frame, budget_ns: int) -> tuple[int, int]:
        """Run a frame with the worker's own code; return the tasks done and the ns they took."""
        outbox = CountingOutbox()
        started_ns = self._clock.now_ns
        run = runner.Run(
            TaskHeader(TaskKind.RUN, seq=frame.seq, budget_ns=budget_ns),
            self._spend,
            list(frame.span.tasks),
            self._slot,
            outbox,
            Interrupts(),
            OutcomeLog(self._slot, outbox),
            [],
        )
        self._run(run)
        return outbox.done, self._clock.now_ns - started_ns

    def _spend(self, item: int) -> None:
        self._clock.now_ns += self._costs_ns[item]

    def expect(self, link: SimulatedLink, flight: Flight) -> None:
        """Enter the arrival of a result."""
        self._sent += 1
        heapq.heappush(self._events, (flight.end_ns, self._sent, link, flight))

    def _receive(self) -> None:
        """Wait for a result, then take in all that are there."""
        while not self._is_due(self._events[0]):
            heapq.heappop(self._events)
        if self._events[0][0] > self.now_ns:
            self.now_ns = self._events[0][0] + WAKE_NS
        while self._events and self._events[0][0] <= self.now_ns:
            event = heapq.heappop(self._events)
            if self._is_due(event):
                self._take_in(event[2], event[3])

    @staticmethod
    def _is_due(event: tuple[int, int, SimulatedLink, Flight]) -> bool:
        return any(flight is event[3] for flight in event[2].flights)  # else it was taken back

    def _take_in(self, link: SimulatedLink, flight: Flight) -> None:
        self.now_ns += RECEIVE_NS
        self.frames += 1
        link.flights.popleft()
        frame = link.ledger.popleft()
        start = frame.span.start
        for item in frame.span.tasks[: flight.done]:
            self.ran[item] += 1
        frame.job.deliver(start, [None] * flight.done)
        frame.job.sizer.observe(flight.done, flight.elapsed_ns)
        self._jobs.requeue(frame.job, frame.rest(flight.done))
        self._jobs.finish_if_complete(frame.job)

    def _finish(self, job: object) -> None:
        assert job is self._job
        self._finished = True


class _Owner:
    """Stands for the pool of a handle that nobody waits for."""

    def about_to_wait(self) -> None:
        """Nothing: there are no processes."""

    def wake(self) -> None:
        """Nothing: there is no dispatcher."""


def _no_call(item: object) -> object:
    raise AssertionError(f"item {item!r} ran in the parent")


def _settle(result: object, success: bool, value: object) -> None:
    """Nobody waits for the outcome."""


def sizer_that_saw(item_ns: int) -> Sizer:
    """Return the sizer of a job that ran one item, which took `item_ns`."""
    sizer = Sizer()
    sizer.observe(1, item_ns)
    return sizer


def makespan_ns(
    costs_ns: Sequence[int], workers: int, run: Runner, foretold_ns: int | None = None
) -> int:
    """Return the simulated time of a `map` over items that take `costs_ns`, all run once.

    run: `run_batch`, as `map` uses it, or `run_exact`, as `imap` and `apply` do.
    foretold_ns: what an earlier job of the same function makes the pool expect of an item.
    """
    clock = Clock()
    with fresh_slot() as slot, pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "_clock", clock)
        return Simulation(costs_ns, workers, run, clock, slot, foretold_ns).makespan_ns()
