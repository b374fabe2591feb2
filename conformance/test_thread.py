"""THREAD: threads that share a pool."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.expect import Mismatch
from .harness.history import account
from .harness.outcome import capture
from .harness.tracked import TrackedPool

FEW = settings(max_examples=5)
"""Examples of what threads do; each example plays many interleavings by itself."""

Job = Callable[[TrackedPool, Callable[[Any], Any], list[int]], list[Any]]

JOBS: dict[str, Job] = {
    "apply": lambda pool, task, items: [pool.apply(task, (item,)) for item in items],
    "apply_async": lambda pool, task, items: [
        handle.get() for handle in [pool.apply_async(task, (item,)) for item in items]
    ],
    "map": lambda pool, task, items: pool.map(task, items),
    "imap": lambda pool, task, items: list(pool.imap(task, items)),
    "imap_unordered": lambda pool, task, items: sorted(pool.imap_unordered(task, items)),
}
"""Kinds of jobs, each giving the results of its items in their order."""


@clause("THREAD-01", needs=(*JOBS, "concurrent_jobs"))
@FEW
@given(
    plans=st.lists(
        st.lists(st.tuples(st.sampled_from([*JOBS]), st.integers(0, 12)), max_size=5),
        min_size=2,
        max_size=5,
    )
)
def test_jobs_of_several_threads_each_give_their_own_results(
    subject: BoundSubject, plans: list[list[tuple[str, int]]]
) -> None:
    """Jobs that several threads submit at once each run once and give their own results."""
    task = subject.recorded(tasks.square)
    shares = [list(range(1000 * index, 1000 * index + 1000)) for index in range(len(plans))]

    def play(pool: TrackedPool, plan: list[tuple[str, int]], share: list[int]) -> list[int]:
        ran = list[int]()
        for kind, count in plan:
            items, share = share[:count], share[count:]
            seen = JOBS[kind](pool, task, items)
            expect.equal(seen, [item * item for item in items], f"the results of {kind}")
            ran += items
        return ran

    with subject.open() as pool, ThreadPoolExecutor(len(plans)) as threads:
        ran = sum(threads.map(partial(play, pool), plans, shares), list[int]())
    seen = account(subject.history(), ran)
    expect.true(seen.exactly_once, expected="every task to run exactly once", observed=str(seen))


class Submitters:
    """Threads that submit one job after the other until they are refused or told to stop.

    Guarantees: `refusals` is read when the threads have ended.
    """

    def __init__(self, pool: TrackedPool, method: str, count: int) -> None:
        self._submit = getattr(pool, method)
        self._argument = () if method.startswith("apply") else [()]
        self._stop = threading.Event()
        self._submitted = [0] * count
        self.refusals: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(count)]

    def _run(self, number: int) -> None:
        while not self._stop.is_set():
            try:
                self._submit(tasks.noop, self._argument)
            except Exception as error:  # noqa: BLE001 - what it is, the clause judges
                self.refusals.append(error)
                return
            self._submitted[number] += 1

    def are_busy(self) -> bool:
        """Say whether each of them has submitted several jobs, or has been refused."""
        return bool(self.refusals) or min(self._submitted) >= 10

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run them beside the block; on leaving it they stop and are joined."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


@clause("THREAD-02", needs=("apply_async", "terminate", "join", "concurrent_jobs"))
@FEW
@given(count=st.integers(1, 4))
def test_terminate_returns_while_threads_submit(subject: BoundSubject, count: int) -> None:
    """terminate() and join() return while other threads submit jobs."""
    with subject.open() as pool:
        submitters = Submitters(pool, "apply_async", count)
        with submitters.at_work():
            subject.eventually(submitters.are_busy, "every thread to submit")
            pool.terminate()
        pool.join()


@clause("THREAD-03", needs=("close", "terminate", "concurrent_jobs"))
@given(
    count=st.integers(1, 3),
    method=st.sampled_from(["apply_async", "map_async", "imap"]),
    end=st.sampled_from(["close", "terminate"]),
)
@settings(max_examples=6)
def test_a_job_is_submitted_or_refused_while_the_pool_is_ended(
    subject: BoundSubject, count: int, method: str, end: str
) -> None:
    """A call that submits while the pool is closed or terminated submits or raises ValueError."""
    subject.require(method)
    with subject.open() as pool:
        submitters = Submitters(pool, method, count)
        with submitters.at_work():
            subject.eventually(submitters.are_busy, "every thread to submit")
            getattr(pool, end)()
            submitters_end = capture(partial(getattr(pool, method), tasks.noop, [()]))
    kinds = {type(error).__name__ for error in submitters.refusals}
    kinds |= {getattr(submitters_end, "kind", "ValueError")}
    expect.equal(sorted(kinds), ["ValueError"], "what refused calls raised:")


@clause("THREAD-04", needs=("map", "close", "join"))
def test_another_thread_may_close_and_join(subject: BoundSubject) -> None:
    """close() and join() return in another thread than the one that made the pool."""
    with subject.open() as pool, ThreadPoolExecutor(1) as other:
        expect.equal(pool.map(tasks.square, [2, 3]), [4, 9], "the results")
        other.submit(pool.close).result()
        other.submit(pool.join).result()


class Consumers:
    """Daemon threads that share one iterator; what each took, and how each ended.

    Guarantees: lists are only appended to; they may be read at any time.
    """

    def __init__(self, values: Any, count: int) -> None:
        self.taken: list[Any] = []
        self.ends: list[BaseException] = []
        self._values = values
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        try:
            while True:
                self.taken.append(next(self._values))
        except BaseException as error:  # noqa: BLE001 - how it ended, the clause judges
            self.ends.append(error)

    def join(self) -> None:
        """Wait until all have ended."""
        for thread in self._threads:
            thread.join()


@clause("THREAD-05", needs=("imap", "imap_unordered", "concurrent_jobs"))
def test_threads_that_share_an_iterator_share_its_results(subject: BoundSubject) -> None:
    """Several consumers of one iterator each end, each result having gone to one of them."""
    with subject.open() as pool:
        for method in ("imap", "imap_unordered"):
            consumers = Consumers(getattr(pool, method)(tasks.identity, range(200)), 4)
            with subject.phase("iterate in several threads"):
                consumers.join()
            kinds = {type(error).__name__ for error in consumers.ends}
            expect.equal(sorted(kinds), ["StopIteration"], "how the consumers ended:")
            expect.equal(
                expect.ordered(consumers.taken), list(range(200)), "what the consumers took"
            )


@clause("THREAD-06", needs=("imap", "concurrent_jobs"))
def test_next_without_a_timeout_does_not_time_out(subject: BoundSubject) -> None:
    """next() without a timeout raises no TimeoutError, whoever else takes results."""
    timeout = subject.error("TimeoutError")
    with subject.open() as pool:
        consumers = Consumers(pool.imap(tasks.identity, range(200)), 4)
        with subject.phase("iterate in several threads"):
            consumers.join()
    for error in consumers.ends:
        if isinstance(error, timeout):
            raise Mismatch("no timeout that nobody asked for", repr(error))
