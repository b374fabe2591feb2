"""How one sample of a row is taken from a pool; runs in a driver.

Every sample has a pool of its own: opened, warmed until each worker has answered, timed, closed.
So samples are independent, and no pool that idles (some poll) stands beside the one that is timed.
"""

import gc
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from .._work import echo, noop, worker_pid
from .protocol import Ask, Sample
from .rows import SHORT_MAP, WORKERS, Row
from .workloads import make_work

READY_TIMEOUT_S = 10.0
HOLD_S = 0.005  # keeps one worker from answering for its siblings
FIRST_SHARE, GROWTH, TRIES = 256, 4, 3  # how the size of a sample is found


class PoolSource(Protocol):
    """Where the pools of the samples come from."""

    def open(self) -> Any:
        """Return a new pool."""

    def shut(self, pool: Any) -> None:
        """Return when its workers are gone."""


class WrongAnswerError(Exception):
    """The pool returned something else than the task functions did: its time means nothing."""


def take_sample(source: PoolSource, row: Row, ask: Ask) -> Sample:
    """Take one sample.  Raises what the pool raises, and WrongAnswerError."""
    return _OPERATIONS[row.call](source, row, ask)


@contextmanager
def _warm_pool(source: PoolSource) -> Iterator[Any]:
    """Open a pool, wait until every worker has answered, close it in the end."""
    pool = source.open()
    try:
        _wait_for_workers(pool)
        gc.collect()
        yield pool
    finally:
        source.shut(pool)


def _wait_for_workers(pool: Any) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    pids: set[int] = set()
    while len(pids) < WORKERS:
        pids |= set(pool.map(worker_pid, [HOLD_S] * 2 * WORKERS, chunksize=1))
        if time.monotonic() > deadline:
            raise WrongAnswerError(
                f"expected answers from {WORKERS} workers within {READY_TIMEOUT_S} s, "
                f"got {len(pids)}"
            )


def _timed(call: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call(*args)
    return time.perf_counter() - started, result


def _check(label: str, expected: object, got: object) -> None:
    if expected != got:
        raise WrongAnswerError(f"expected {label} {expected!r}, got {got!r}")


def _chunk_option(row: Row, ask: Ask) -> dict[str, int]:
    chunksize = ask.chunksize or row.options.get("chunksize")
    return {} if chunksize is None else {"chunksize": chunksize}


def _map(pool: Any, tasks: int, options: dict[str, int]) -> int:
    return len(pool.map(noop, range(tasks), **options))


def _short_maps(pool: Any, tasks: int, options: dict[str, int]) -> int:
    return sum(_map(pool, SHORT_MAP, options) for _ in range(tasks)) // SHORT_MAP


def _imap(pool: Any, tasks: int, _options: dict[str, int]) -> int:
    return _drain(pool.imap(noop, range(tasks)))


def _imap_unordered(pool: Any, tasks: int, _options: dict[str, int]) -> int:
    return _drain(pool.imap_unordered(noop, range(tasks)))


def _drain(results: Iterator[Any]) -> int:
    counted = deque(enumerate(results, 1), maxlen=1)
    return counted[0][0] if counted else 0


def _flood(pool: Any, tasks: int, _options: dict[str, int]) -> int:
    handles = [pool.apply_async(noop) for _ in range(tasks)]
    for handle in handles:
        handle.get()
    return len(handles)


def _apply(pool: Any, tasks: int, _options: dict[str, int]) -> int:
    for _ in range(tasks):
        pool.apply(noop)
    return tasks


def _per_task(call: Callable[[Any, int, dict[str, int]], int]) -> Callable[..., Sample]:
    """Return the operation that times `call`, after smaller calls that warm its path."""

    def operation(source: PoolSource, row: Row, ask: Ask) -> Sample:
        options = _chunk_option(row, ask)
        with _warm_pool(source) as pool:
            tasks = _affordable(lambda probe: call(pool, probe, options), ask)
            elapsed_s, done = _timed(call, pool, tasks, options)
        _check("results", tasks, done)
        return Sample(elapsed_s, tasks)

    return operation


def _affordable(call: Callable[[int], int], ask: Ask) -> int:
    """Return how many items a sample should have: all, or fewer if they would take `sample_s`.

    Grows from a small call, untimed otherwise.  Three tries a step, of which the best counts: a
    single hiccup must not decide that a fast pool gets less to do.
    """
    tasks = max(ask.tasks // FIRST_SHARE, 1)
    call(tasks)
    if ask.sample_s is None:
        return ask.tasks
    while tasks < ask.tasks:
        larger = min(GROWTH * tasks, ask.tasks)
        allowed_s = ask.sample_s * tasks / larger
        if all(_timed(call, tasks)[0] > allowed_s for _ in range(TRIES)):
            break
        tasks = larger
    return tasks


def _echo(source: PoolSource, row: Row, ask: Ask) -> Sample:
    items = _payload(row.options["payload"], row.options["item_bytes"], ask.tasks)
    with _warm_pool(source) as pool:
        pool.map(echo, items[:WORKERS], chunksize=1)
        elapsed_s, results = _timed(lambda: pool.map(echo, items, chunksize=1))
    _check("payload", [bytes(item[:1]) for item in items], [bytes(item[:1]) for item in results])
    _check("sizes", [len(item) for item in items], [len(item) for item in results])
    return Sample(elapsed_s, ask.tasks, payload_bytes=ask.tasks * row.options["item_bytes"])


def _payload(kind: str, item_bytes: int, tasks: int) -> Sequence[Any]:
    """Return distinct items: pickle sends an object it has met in the same task as a reference."""
    if kind == "bytes":
        return [bytes([number % 256]) * item_bytes for number in range(tasks)]
    import numpy as np  # noqa: PLC0415 - only this payload needs it, and workers inherit imports

    return [np.full(item_bytes, number % 256, dtype=np.uint8) for number in range(tasks)]


def _cold(source: PoolSource, _row: Row, _ask: Ask) -> Sample:
    gc.collect()
    started = time.perf_counter()
    pool = source.open()
    try:
        pool.map(noop, [None])
        elapsed_s = time.perf_counter() - started
    finally:
        source.shut(pool)
    return Sample(elapsed_s, 1)


def _close_join(source: PoolSource, _row: Row, _ask: Ask) -> Sample:
    pool = source.open()
    _wait_for_workers(pool)
    gc.collect()
    elapsed_s, _ = _timed(source.shut, pool)
    return Sample(elapsed_s, 1)


def _schedule(source: PoolSource, row: Row, ask: Ask) -> Sample:
    """Only the workers are warm: a pool that learns what an item costs learns it in the sample."""
    work = make_work(row.options["workload"], ask.tasks, ask.iterations_per_s)
    options = _chunk_option(row, ask)
    with _warm_pool(source) as pool:
        elapsed_s, costs = _timed(lambda: pool.map(work.function, work.items, **options))
    _check("results", len(work.items), len(costs))
    return Sample(elapsed_s, ask.tasks, work_s=sum(costs), longest_s=max(costs))


_OPERATIONS: dict[str, Callable[[PoolSource, Row, Ask], Sample]] = {
    "map": _per_task(_map),
    "short_maps": _per_task(_short_maps),
    "imap": _per_task(_imap),
    "imap_unordered": _per_task(_imap_unordered),
    "flood": _per_task(_flood),
    "apply": _per_task(_apply),
    "echo": _echo,
    "cold": _cold,
    "close_join": _close_join,
    "schedule": _schedule,
}
