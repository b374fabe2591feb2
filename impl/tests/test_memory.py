"""Memory files: bodies in and out."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolproof._wire.memory import SHELF_BYTES, BorrowedFiles, MemoryFile, body_of

from .counting import nothing_left
from .files import file_of_size


@pytest.fixture(name="file")
def _file() -> Iterator[MemoryFile]:
    file = MemoryFile.create()
    yield file
    file.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_a_body_is_read_as_it_was_written(file: MemoryFile, body: list[bytes]) -> None:
    whole = b"".join(body)
    if whole:
        file.write(body)
        with file.read(len(whole)) as view:
            assert bytes(view) == whole


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=20))
def test_bodies_that_lie_one_behind_the_other_are_read_each_by_itself(
    file: MemoryFile, bodies: list[bytes]
) -> None:
    """Those that are there may be mapped already while the others are written."""
    writer, offset = MemoryFile(os.dup(file.fd)), 0
    for body in bodies:
        writer.write([body[:2], body[2:]], offset)
        with file.read(len(body), offset) as view:
            assert bytes(view) == body
        offset += len(body)
    writer.close()


def test_a_file_that_is_shorter_than_was_said_is_an_error_that_says_so(file: MemoryFile) -> None:
    file.write([b"short"])
    with pytest.raises(OSError, match="expected 6 bytes in a file, got 5"), file.read(6):
        pass


@pytest.mark.parametrize("count", [511, 512, 513, 3000])
def test_a_body_may_have_more_buffers_than_one_call_takes(file: MemoryFile, count: int) -> None:
    body = [bytes([number % 251]) * 3 for number in range(count)]
    file.write(body)
    with file.read(3 * count) as view:
        assert bytes(view) == b"".join(body)


def test_buffers_of_any_shape_are_written_as_bytes(file: MemoryFile) -> None:
    wide = memoryview(bytes(range(16))).cast("I")
    file.write([wide, bytearray(b"end")])
    with file.read(19) as view:
        assert bytes(view) == bytes(range(16)) + b"end"


def test_a_write_that_the_kernel_cuts_short_is_continued(
    file: MemoryFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(fd: int, buffers: list[memoryview], offset: int) -> int:
        return os.pwrite(fd, buffers[0][:7], offset)

    monkeypatch.setattr(os, "pwritev", short)
    body = [b"twenty bytes in here", b"", b"and some more"]
    file.write(body)
    with file.read(33) as view:
        assert bytes(view) == b"".join(body)


def test_a_file_that_others_have_written_to_is_read_as_it_is_now(file: MemoryFile) -> None:
    other = MemoryFile(os.dup(file.fd))
    for size in (1, 5000, 100_000, 3):
        whole = bytes([size % 251]) * size
        other.write([whole])
        with file.read(size) as view:
            assert bytes(view) == whole
        with other.read(size):
            pass  # the next, shorter body goes in by the map
    other.close()


def test_a_file_may_be_closed_while_it_is_read() -> None:
    file = MemoryFile.create()
    file.write([b"abc"])
    with file.read(3) as view:
        file.close()
        assert bytes(view) == b"abc"


def test_a_worker_keeps_one_mapping_of_a_file_that_comes_again(file: MemoryFile) -> None:
    borrowed = BorrowedFiles()
    with nothing_left():
        first = borrowed.receive(os.dup(file.fd))
        assert borrowed.receive(os.dup(file.fd)) is first
        first.close()


@given(sizes=st.lists(st.integers(1, SHELF_BYTES), max_size=9))
def test_a_worker_keeps_the_files_it_used_last_within_its_limit(sizes: list[int]) -> None:
    borrowed, received = BorrowedFiles(), []
    for size in sizes:
        received.append(borrowed.receive(file_of_size(size).fd))
        borrowed.trim()
        kept = list(borrowed._known.values())
        assert kept == received[len(received) - len(kept) :], "the last ones are kept"
        assert sum(file.size() for file in kept) <= SHELF_BYTES
    for file in borrowed._known.values():
        file.close()


def test_a_small_body_lies_behind_its_header() -> None:
    with body_of(memoryview(b"body and rest"), 4, None, in_file=False) as body:
        assert bytes(body) == b"body"


def test_a_large_body_lies_in_its_file(file: MemoryFile) -> None:
    file.write([b"body and rest"])
    with body_of(memoryview(b""), 4, file, in_file=True) as body:
        assert bytes(body) == b"body"


def test_a_file_that_did_not_arrive_is_an_error_that_says_why() -> None:
    with (
        pytest.raises(OSError, match="file descriptor") as caught,
        body_of(memoryview(b""), 4, None, in_file=True),
    ):
        pass
    assert caught.value.errno == errno.EMFILE
