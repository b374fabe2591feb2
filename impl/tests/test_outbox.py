"""What a worker says when there is neither room nor a descriptor for what it has to say."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from poolproof import _memory as memory
from poolproof._channel import socket_pair
from poolproof._frames import INLINE_LIMIT, RESULT_HEADER_SIZE, ResultKind, unpack_result
from poolproof._outbox import Outbox
from poolproof._outcome import load, pack_error
from poolproof._unpacking import unpack_error

WAIT_S = 5.0


def _no_descriptor(*_: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _received(sock: socket.socket) -> tuple[ResultKind, bool, BaseException]:
    sock.settimeout(WAIT_S)
    record = memoryview(sock.recv(2 * INLINE_LIMIT))
    header = unpack_result(record)
    error = unpack_error(load(record[RESULT_HEADER_SIZE:]))
    return ResultKind(header.kind), bool(header.last), error


@pytest.mark.parametrize("kind", [ResultKind.UNLOADED, ResultKind.UNCALLABLE, ResultKind.BROKEN])
def test_a_failure_of_a_whole_frame_that_no_file_takes_is_told_all_the_same(
    kind: ResultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its frame would never be over, and its job wait for ever."""
    monkeypatch.setattr(memory.MemoryFile, "create", _no_descriptor)
    own, peer = socket_pair()
    with own, peer:
        Outbox(own).failure(kind, pack_error(ValueError("x" * 2 * INLINE_LIMIT)))
        got, last, error = _received(peer)
    assert got is kind
    assert last
    assert isinstance(error, OSError)
