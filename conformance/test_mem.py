"""MEM: memory and back-pressure."""

import gc
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.open_files import open_files_limited
from .harness.tracked import TrackedPool

STREAMS = ("imap", "imap_unordered")
TOKENS = 6
"""Values that are watched, a job."""
INPUT = 400
"""Items of an input that a pool must not read to its end ahead of who consumes it."""
TASK = partial(tasks.sleep_then, 0.001)
"""Returns its item after a millisecond: where items take no time a pool may read far ahead."""
ROUND_TRIPS = 20
"""Jobs that come and go without an item being drawn: then none will be."""
FLOOD = 1_200
"""Tasks submitted at once; more than a pipe holds."""
SPARE_FILES = 64
"""Files that a process may still open which has a pool."""
SIZED_RESULTS = (10_000, 300_000, 100_000)
"""Bytes of a result: pools may send them in different ways."""

Job = Callable[[TrackedPool, Callable[[Any], Any], list[Any]], list[Any]]

JOBS: dict[str, Job] = {
    "apply": lambda pool, task, tokens: [pool.apply(task, (token,)) for token in tokens],
    "apply_async": lambda pool, task, tokens: [
        handle.get() for handle in [pool.apply_async(task, (token,)) for token in tokens]
    ],
    "map": lambda pool, task, tokens: list(pool.map(task, tokens)),
    "map_async": lambda pool, task, tokens: list(pool.map_async(task, tokens).get()),
    "starmap": lambda pool, task, tokens: list(pool.starmap(task, [(t,) for t in tokens])),
    "imap": lambda pool, task, tokens: list(pool.imap(task, tokens)),
    "imap_unordered": lambda pool, task, tokens: list(pool.imap_unordered(task, tokens)),
}
"""A job of each kind: runs the task on each token and returns the results."""


def _declared(subject: BoundSubject) -> list[tuple[str, Job]]:
    has = subject.capabilities.has
    return [(method, job) for method, job in JOBS.items() if has(method, subject.start_method)]


def _watch(tokens: list[Any]) -> list[weakref.ref[Any]]:
    return [weakref.ref(token) for token in tokens]


def _are_gone(watched: list[weakref.ref[Any]]) -> bool:
    gc.collect()
    return all(ref() is None for ref in watched)


@clause("MEM-01", needs=("map",))
def test_the_arguments_of_a_job_are_let_go(subject: BoundSubject) -> None:
    """The parent does not keep the arguments of a job alive after the job has ended."""
    with subject.open() as pool:
        for method, job in _declared(subject):
            tokens = [tasks.Token(number) for number in range(TOKENS)]
            watched = _watch(tokens)
            job(pool, tasks.noop, tokens)
            tokens.clear()
            subject.eventually(partial(_are_gone, watched), f"the arguments of {method} to go")


@clause("MEM-02", needs=("map",))
def test_the_results_of_a_job_are_let_go(subject: BoundSubject) -> None:
    """The parent does not keep the results of a job alive after the caller has dropped them."""
    with subject.open() as pool:
        for method, job in _declared(subject):
            results = job(pool, tasks.identity, [tasks.Token(n) for n in range(TOKENS)])
            watched = _watch(results)
            results.clear()
            subject.eventually(partial(_are_gone, watched), f"the results of {method} to go")


BUFFERS = given(
    method=st.sampled_from(STREAMS), buffersize=st.integers(1, 6), taken=st.integers(0, 4)
)


@clause("MEM-03", needs=(*STREAMS, "apply", "imap_lazy", "concurrent_jobs"))
@settings(max_examples=6)
@BUFFERS
def test_buffersize_bounds_what_is_drawn(
    subject: BoundSubject, method: str, buffersize: int, taken: int
) -> None:
    """With buffersize=n at most n items are drawn whose results were not yet taken."""
    _expect_bounded(subject, method, buffersize, taken)


@clause("MEM-05", needs=(*STREAMS, "apply", "imap_lazy", "concurrent_jobs"))
@settings(max_examples=6)
@BUFFERS
def test_buffersize_is_there_before_python_has_it(
    subject: BoundSubject, method: str, buffersize: int, taken: int
) -> None:
    """buffersize=n is accepted and bounds the items drawn whose results were not yet taken."""
    _expect_bounded(subject, method, buffersize, taken)


def _expect_bounded(subject: BoundSubject, method: str, buffersize: int, taken: int) -> None:
    drawn: list[int] = []
    items = range(60)
    with subject.open() as pool:
        stream = getattr(pool, method)(tasks.square, _noting(drawn, 60), buffersize=buffersize)
        results = [next(stream) for _ in range(taken)]
        most = _drawn_in_the_end(pool, drawn)
        results += stream
    expect.true(
        most <= taken + buffersize,
        expected=f"at most {buffersize} items drawn of which no result was taken",
        observed=f"{most - taken} of them",
    )
    expect.equal(expect.ordered(results), [n * n for n in items], "the results, sorted,")


def _noting(drawn: list[int], count: int) -> Iterator[int]:
    """Count, and note which numbers were drawn."""
    for number in range(count):
        drawn.append(number)
        yield number


def _drawn_in_the_end(pool: TrackedPool, drawn: list[int]) -> int:
    """Return how many items have been drawn once other jobs come and go without one more."""
    calm = 0
    while calm < ROUND_TRIPS:
        before = len(drawn)
        pool.apply(tasks.noop)
        calm = calm + 1 if len(drawn) == before else 0
    return len(drawn)


@clause("MEM-04", needs=(*STREAMS, "apply", "imap_lazy", "concurrent_jobs"))
def test_a_consumer_that_stalls_stops_the_drawing(subject: BoundSubject) -> str:
    """imap() and imap_unordered() draw a bounded number of items ahead of a stalled consumer."""
    ahead = []
    with subject.open() as pool:
        for method in STREAMS:
            drawn: list[int] = []
            stream = getattr(pool, method)(TASK, _noting(drawn, INPUT))
            next(stream)
            ahead.append(_drawn_in_the_end(pool, drawn) - 1)
            expect.true(
                ahead[-1] < INPUT - 1,
                expected=f"{method} to stop somewhere ahead of a consumer that took 1 result",
                observed=f"all {INPUT} items drawn",
            )
    return f"{' and '.join(map(str, ahead))} items drawn ahead"


@clause("MEM-06", needs=(*STREAMS, "imap_lazy", "concurrent_jobs", "close", "join"))
def test_close_and_join_return_though_nobody_consumes(subject: BoundSubject) -> None:
    """close() and join() return while an imap() has input left and nobody takes its results."""
    for method in STREAMS:
        with subject.open() as pool:
            next(getattr(pool, method)(TASK, iter(range(INPUT // 2))))
            pool.close()
            pool.join()


@clause("MEM-07", needs=("apply_async", "concurrent_jobs"))
def test_submitting_never_blocks(subject: BoundSubject) -> str:
    """apply_async() returns for any number of tasks while the workers are busy."""
    with subject.open() as pool, subject.gate() as gate:
        busy = [pool.apply_async(gate.task, (worker,)) for worker in range(2)]
        waiting = [pool.apply_async(tasks.square, (number,)) for number in range(FLOOD)]
        gate.open()
        results = [handle.get() for handle in [*busy, *waiting]]
    expect.equal(results, [0, 1, *(n * n for n in range(FLOOD))], "the results")
    return f"{FLOOD} tasks waiting"


@clause("MEM-08", needs=("map", "imap_unordered", "apply_async"))
def test_results_take_no_descriptor_each(subject: BoundSubject) -> None:
    """More jobs have all their results, and more results, than their process may open files."""
    for job in (JOBS["apply_async"], JOBS["map"], JOBS["imap_unordered"]):
        with subject.open() as pool, _few_files_to_open():
            subject.no_script(f"from here on the process may open {SPARE_FILES} files")
            for size in SIZED_RESULTS:
                sizes = [size] * 2 * SPARE_FILES
                lengths = [len(result) for result in job(pool, tasks.zeros, sizes)]
                expect.equal(lengths, sizes, "the lengths of the results")
            for size in sizes:
                lengths = [len(result) for result in job(pool, tasks.zeros, [size])]
                expect.equal(lengths, [size], "the length of the only result of a job")


@contextmanager
def _few_files_to_open() -> Iterator[None]:
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    with open_files_limited(lowest_free + SPARE_FILES):
        yield
