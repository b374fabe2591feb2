"""Results too large for a record: they share the file of their frame, and each stays its own."""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]  # typeshed
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolproof import Pool, PoolTerminatedError, WorkerLostError
from poolproof._engine.task_handler import DEPTH
from poolproof._wire.frames import INLINE_LIMIT
from poolproof._worker.outbox import Outbox

from .counting import nothing_left
from .limits import open_all, open_files_limited

WORKERS = 2
GET_S = 20.0
ITEMS = 300
#: those of the frames under way, and as many that are kept for the next ones
FILES = 2 * WORKERS * DEPTH
LARGE = 2 * INLINE_LIMIT  # bytes
SIZES = st.sampled_from([0, 100, INLINE_LIMIT // 2, INLINE_LIMIT, 2 * INLINE_LIMIT, 1 << 20])


@pytest.fixture(name="pool", scope="module")
def _pool() -> Iterator[Pool]:
    with nothing_left(), Pool(WORKERS, context=multiprocessing.get_context("fork")) as pool:
        yield pool
        pool.close()
        pool.join()


def _filled(number_and_size: tuple[int, int]) -> bytes:
    number, size = number_and_size
    return bytes([number % 256]) * size


def _filled_or_fatal(number_and_size: tuple[int, int]) -> bytes:
    number, size = number_and_size
    if not size:
        os.kill(os.getpid(), signal.SIGKILL)
    return _filled((number, size))


def _frame_files() -> int:
    """Count the memory files that this process has open for frames."""
    files = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            if "poolproof-frame" in str(entry.readlink()):
                files.add(entry.stat().st_ino)  # that it is mapped takes another descriptor
    return len(files)


def test_results_use_no_descriptor_each(pool: Pool) -> None:
    """A process may have 1024 by default; a job has as many results as it likes."""
    items = [(number, LARGE) for number in range(ITEMS)]
    most = 0
    for number, result in enumerate(pool.imap(_filled, items)):
        assert result == _filled(items[number])
        most = max(most, _frame_files())
    assert 0 < most <= FILES


@pytest.mark.parametrize(
    "call",
    [
        lambda pool, item: pool.apply(_filled, (item,)),
        lambda pool, item: pool.apply_async(_filled, (item,)).get(GET_S),
        lambda pool, item: pool.map_async(_filled, [item]).get(GET_S)[0],
        lambda pool, item: pool.imap(_filled, [item]).next(GET_S),
    ],
    ids=["apply", "apply_async", "map", "imap"],
)
def test_many_jobs_of_one_result_keep_no_file_each(
    pool: Pool, call: Callable[[Pool, tuple[int, int]], bytes]
) -> None:
    for number in range(10 * FILES):
        assert call(pool, (number, LARGE)) == _filled((number, LARGE))
    assert _frame_files() <= FILES


@settings(max_examples=30)
@given(sizes=st.lists(SIZES, max_size=30))
def test_large_and_small_results_of_one_frame_are_told_apart(pool: Pool, sizes: list[int]) -> None:
    items = list(enumerate(sizes))
    expected = [_filled(item) for item in items]
    handles = [pool.apply_async(_filled, (item,)) for item in items]
    assert pool.map_async(_filled, items).get(GET_S) == expected
    assert list(pool.imap(_filled, items)) == expected
    assert [handle.get(GET_S) for handle in handles] == expected


def test_what_a_worker_had_sent_before_it_died_counts(pool: Pool) -> None:
    sizes = [LARGE] * 20
    sizes[10] = 0
    items = list(enumerate(sizes))
    handles = [pool.apply_async(_filled_or_fatal, (item,)) for item in items]
    with pytest.raises(WorkerLostError):
        handles.pop(10).get(GET_S)
    assert [handle.get(GET_S) for handle in handles] == [_filled(item) for item in items if item[1]]


# -- where descriptors, or room, are short


_held: list[int] = []


def _step(step: tuple[str, int, int]) -> bytes:
    what, number, size = step
    if what == "keep all descriptors":
        _held.extend(open_all())
    while what == "give them back" and _held:
        os.close(_held.pop())
    return _filled((number, size))


def test_no_result_is_read_from_a_file_that_it_does_not_lie_in() -> None:
    """No descriptor for the worker to receive the lent file, and none for its own to arrive by."""
    highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    kept: list[int] = []

    def steps() -> Iterator[tuple[str, int, int]]:
        yield from (("", number, LARGE) for number in range(7))
        yield "keep all descriptors", 7, 1
        kept.extend(open_all())
        yield "give them back", 8, LARGE

    try:
        with (
            open_files_limited(highest + 40),
            Pool(1, context=multiprocessing.get_context("fork")) as pool,
        ):
            results = pool.imap(_step, steps(), buffersize=1)
            for number in range(7):
                assert results.next(GET_S) == _filled((number, LARGE))
            assert results.next(GET_S) == _filled((7, 1))
            with pytest.raises(MaybeEncodingError, match=r"descriptor|open files"):
                results.next(GET_S)
            while kept:
                os.close(kept.pop())
            assert pool.map_async(_filled, [(1, LARGE)]).get(GET_S) == [_filled((1, LARGE))]
    finally:
        while kept:
            os.close(kept.pop())


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_result_that_has_room_by_itself_needs_none_behind_others() -> None:
    items = [(number, LARGE) for number in range(ITEMS)]
    context = multiprocessing.get_context("fork")
    with nothing_left(), Pool(2, _limit_files, (3 * LARGE,), context=context) as pool:
        assert list(pool.imap(_filled, items)) == [_filled(item) for item in items]
        pool.close()
        pool.join()


def test_results_that_have_no_room_together_are_sent_one_by_one() -> None:
    """As `map` sends them in one, unless that cannot be done."""
    items = [(number, LARGE) for number in range(ITEMS)]
    context = multiprocessing.get_context("fork")
    with nothing_left(), Pool(2, _limit_files, (3 * LARGE // 2,), context=context) as pool:
        assert pool.map_async(_filled, items).get(GET_S) == [_filled(item) for item in items]
        result = pool.map_async(_filled, [(1, LARGE), (2, 2 * LARGE), (3, 1)])
        with pytest.raises(OSError, match="large"):
            result.get(GET_S)
        pool.close()
        pool.join()


def _copy_may_write(_: bytes) -> bool:
    """Tell whether what a task forks could write into the file of its frame."""
    pid = os.fork()
    if not pid:
        outboxes = [thing for thing in gc.get_objects() if isinstance(thing, Outbox)]
        os._exit(len(outboxes) != 1 or outboxes[0]._file is not None)
    return bool(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def test_what_a_task_forks_leaves_the_file_alone(pool: Pool) -> None:
    """It may come back from the task, and its result would lie where the worker's next one does."""
    assert pool.apply_async(_copy_may_write, (bytes(LARGE),)).get(GET_S) is False


def test_a_result_that_arrives_as_the_pool_ends_leaves_no_file() -> None:
    with nothing_left():
        for _ in range(30):
            pool = Pool(2, context=multiprocessing.get_context("fork"))
            arriving = threading.Event()

            def use(pool: Pool = pool, arriving: threading.Event = arriving) -> None:
                with suppress(PoolTerminatedError, ValueError):
                    while True:
                        pool.apply(_filled, ((1, LARGE),))
                        arriving.set()

            threads = [threading.Thread(target=use) for _ in range(3)]
            for thread in threads:
                thread.start()
            assert arriving.wait(GET_S)
            pool.terminate()
            pool.join()
            for thread in threads:
                thread.join(GET_S)
