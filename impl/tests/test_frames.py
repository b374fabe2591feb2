"""Headers of messages, and the limits that a record keeps."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolproof._wire import claims
from poolproof._wire.frames import (
    INLINE_LIMIT,
    RECORD_LIMIT,
    RESULT_HEADER_SIZE,
    TASK_HEADER_SIZE,
    ResultHeader,
    ResultKind,
    TaskHeader,
    TaskKind,
    pack_result,
    pack_task,
    unpack_result,
    unpack_task,
)

FLAG = st.integers(0, 1)
NUMBER = st.integers(0, 2**64 - 1)
TASKS = st.builds(TaskHeader, st.sampled_from(TaskKind), *[FLAG] * 4, *[NUMBER] * 10)
RESULTS = st.builds(
    ResultHeader,
    st.sampled_from(ResultKind),
    FLAG,
    FLAG,
    FLAG,
    NUMBER,
    NUMBER,
    NUMBER,
    NUMBER,
    NUMBER,
)


@given(header=TASKS, body=st.binary(max_size=50))
def test_a_task_header_arrives_as_it_was_sent(header: TaskHeader, body: bytes) -> None:
    packed = pack_task(header)
    assert len(packed) == TASK_HEADER_SIZE
    assert unpack_task(memoryview(packed + body)) == header


@given(header=RESULTS, body=st.binary(max_size=50))
def test_a_result_header_arrives_as_it_was_sent(header: ResultHeader, body: bytes) -> None:
    packed = pack_result(header)
    assert len(packed) == RESULT_HEADER_SIZE
    assert unpack_result(memoryview(packed + body)) == header


def test_booleans_travel_as_flags() -> None:
    header = TaskHeader(TaskKind.RUN, in_file=True, exact=False, joint=True)
    assert unpack_task(memoryview(pack_task(header))) == header


@pytest.mark.parametrize("header_size", [TASK_HEADER_SIZE, RESULT_HEADER_SIZE])
def test_a_receiver_has_room_for_the_largest_record(header_size: int) -> None:
    assert header_size + INLINE_LIMIT <= RECORD_LIMIT


def test_a_full_outcome_log_is_still_one_record() -> None:
    assert claims.ENDS_SIZE + claims.LOG_SIZE <= INLINE_LIMIT


def test_a_default_socket_buffer_takes_the_largest_record() -> None:
    own, peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with own, peer:
        own.setblocking(False)
        assert own.send(bytes(RECORD_LIMIT)) == RECORD_LIMIT
