"""What a worker has to say where it takes a file, and where there is none to be had."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from poolproof._wire import memory
from poolproof._wire.channel import Body, receive_fds, socket_pair
from poolproof._wire.frames import (
    INLINE_LIMIT,
    LENT_FILE,
    RESULT_HEADER_SIZE,
    ResultKind,
    unpack_result,
)
from poolproof._wire.memory import MemoryFile
from poolproof._wire.outcome import load, pack_error
from poolproof._wire.unpacking import unpack_error
from poolproof._worker.outbox import Outbox

from .counting import nothing_left

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


@pytest.mark.parametrize("lends", [True, False])
def test_the_large_results_of_a_frame_lie_in_one_file(lends: bool) -> None:
    own, peer = socket_pair()
    bodies = [bytes([number]) * (INLINE_LIMIT + number) for number in range(1, 4)]
    with own, peer, nothing_left():
        outbox = Outbox(own)
        lent = MemoryFile.create() if lends else None
        outbox.begin(1, lent)
        for position, body in enumerate(bodies):
            outbox.send(ResultKind.OUTCOMES, position, 1, Body([body]), last=position == 2)
        received = [receive_fds(peer, INLINE_LIMIT, 1) for _ in bodies]
        sent = [fd for _, fds in received for fd in fds]
        assert len(sent) == (0 if lends else 1)
        file = lent or MemoryFile(sent[0])
        for body, (record, _) in zip(bodies, received, strict=True):
            header = unpack_result(memoryview(record))
            with file.read(header.size, header.offset) as view:
                assert bytes(view) == body
        file.close()


def test_a_file_that_takes_no_result_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    own, peer = socket_pair()
    with own, peer, nothing_left():
        outbox = Outbox(own)
        outbox.begin(1, None)
        with monkeypatch.context() as patch:
            patch.setattr(memory.MemoryFile, "write", fail)
            outbox.send(ResultKind.OUTCOMES, 0, 1, Body([bytes(2 * INLINE_LIMIT)]))
        assert isinstance(_received(peer)[2], OSError)
        outbox.send(ResultKind.OUTCOMES, 1, 1, Body([bytes(2 * INLINE_LIMIT)]), last=True)
        record, fds = receive_fds(peer, INLINE_LIMIT, 1)
        assert unpack_result(memoryview(record)).offset == 0
        for fd in fds:
            os.close(fd)


def test_a_disowned_outbox_writes_into_no_file_that_others_read() -> None:
    own, peer = socket_pair()
    with own, peer, nothing_left():
        outbox, lent = Outbox(own), MemoryFile.create()
        outbox.begin(1, lent)
        outbox.send(ResultKind.OUTCOMES, 0, 1, Body([b"a" * 2 * INLINE_LIMIT]))
        outbox.disown()
        outbox.send(ResultKind.OUTCOMES, 1, 1, Body([b"b" * 2 * INLINE_LIMIT]), last=True)
        _, (second, fds) = (receive_fds(peer, INLINE_LIMIT, 1) for _ in range(2))
        assert lent.size() == 2 * INLINE_LIMIT
        assert unpack_result(memoryview(second)).in_file > LENT_FILE
        for fd in fds:
            os.close(fd)
        lent.close()
