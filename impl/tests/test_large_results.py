"""Results too large for a record: as many as there are, they cost a frame one file."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolproof import Pool, WorkerLostError
from poolproof._frames import INLINE_LIMIT
from poolproof._task_handler import DEPTH

from .counting import nothing_left

WORKERS = 2
GET_S = 20.0
ITEMS = 300
#: those of the frames under way; and of as many that went before the first result told of its size
FILES = 2 * WORKERS * DEPTH
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
    files = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            files += "poolproof-frame" in str(entry.readlink())
        except FileNotFoundError:  # the listing's own
            continue
    return files


def test_results_use_no_descriptor_each(pool: Pool) -> None:
    """A process may have 1024 by default; a job has as many results as it likes."""
    items = [(number, 2 * INLINE_LIMIT) for number in range(ITEMS)]
    most = 0
    for number, result in enumerate(pool.imap(_filled, items)):
        assert result == _filled(items[number])
        most = max(most, _frame_files())
    assert 0 < most <= FILES


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
    sizes = [2 * INLINE_LIMIT] * 20
    sizes[10] = 0
    items = list(enumerate(sizes))
    handles = [pool.apply_async(_filled_or_fatal, (item,)) for item in items]
    with pytest.raises(WorkerLostError):
        handles.pop(10).get(GET_S)
    assert [handle.get(GET_S) for handle in handles] == [_filled(item) for item in items if item[1]]
