"""Records over a socket pair: whole or not at all, with or without a descriptor."""

from __future__ import annotations

import copyreg
import os
import pickle
import socket
from collections.abc import Callable, Iterator
from multiprocessing.reduction import ForkingPickler
from pickle import PickleBuffer
from typing import SupportsIndex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolproof._wire.channel import (
    PROTOCOL,
    Body,
    Receiver,
    fits_inline,
    pickle_into,
    send,
    socket_pair,
)
from poolproof._wire.frames import INLINE_LIMIT, RECORD_LIMIT
from poolproof._wire.memory import MemoryFile

from .counting import nothing_left

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture(name="ends")
def _ends() -> Iterator[Ends]:
    own, peer = socket_pair()
    yield own, peer
    own.close()
    peer.close()


def test_a_default_timeout_of_the_users_is_not_for_channels() -> None:
    socket.setdefaulttimeout(0.01)
    try:
        for end in socket_pair():
            with end:
                assert end.gettimeout() is None
    finally:
        socket.setdefaulttimeout(None)


def _receive(end: socket.socket) -> bytes:
    received = Receiver(end).receive()
    assert received is not None
    assert received[1] is None
    return bytes(received[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.binary(min_size=1, max_size=50), body=st.lists(st.binary(max_size=99)))
def test_a_record_arrives_as_it_was_sent(ends: Ends, header: bytes, body: list[bytes]) -> None:
    send(ends[0], header, body)
    assert _receive(ends[1]) == header + b"".join(body)


@pytest.mark.parametrize("count", [511, 512, 513, 5000])
def test_a_body_may_have_more_buffers_than_one_call_takes(ends: Ends, count: int) -> None:
    body = [bytes([number % 251]) for number in range(count)]
    send(ends[0], b"header", body)
    assert _receive(ends[1]) == b"header" + b"".join(body)


def test_a_body_of_exactly_the_limit_travels_in_the_record(ends: Ends) -> None:
    assert fits_inline(INLINE_LIMIT)
    assert not fits_inline(INLINE_LIMIT + 1)
    header = bytes(RECORD_LIMIT - INLINE_LIMIT)
    send(ends[0], header, [bytes(INLINE_LIMIT)])
    assert len(_receive(ends[1])) == RECORD_LIMIT


def test_a_descriptor_rides_on_a_record(ends: Ends) -> None:
    file = MemoryFile.create()
    file.write([b"in the file"])
    send(ends[0], b"header", fd=file.fd)
    file.close()
    received = Receiver(ends[1]).receive()
    assert received is not None
    assert received[1] is not None
    assert not os.get_inheritable(received[1]), "a process that a task starts would keep it"
    arrived = MemoryFile(received[1])
    with arrived.read(11) as view:
        assert bytes(view) == b"in the file"
    arrived.close()


def test_the_end_of_the_other_side_is_the_end(ends: Ends) -> None:
    ends[0].close()
    assert Receiver(ends[1]).receive() is None


def _fill(own: socket.socket) -> int:
    for sent in range(1000):
        try:
            send(own, b"header", [bytes(INLINE_LIMIT)])
        except BlockingIOError:
            return sent
    raise AssertionError("1000 large records fitted into one socket buffer")


def test_a_full_channel_says_so_and_sends_nothing(ends: Ends) -> None:
    own, peer = ends
    own.setblocking(False)
    sent = _fill(own)
    with pytest.raises(BlockingIOError):
        send(own, b"header", [bytes(INLINE_LIMIT)])
    receiver = Receiver(peer)
    for _ in range(sent):
        assert receiver.receive(int(socket.MSG_DONTWAIT)) is not None
    with pytest.raises(BlockingIOError):
        receiver.receive(int(socket.MSG_DONTWAIT))


def test_a_record_that_was_not_read_can_be_taken_back(ends: Ends) -> None:
    own, peer = ends
    parents_copy = peer.dup()
    send(own, b"first")
    send(own, b"second")
    assert _receive(peer) == b"first"
    taken = Receiver(parents_copy).receive(int(socket.MSG_DONTWAIT))
    assert taken is not None
    assert bytes(taken[0]) == b"second"
    with pytest.raises(BlockingIOError):
        Receiver(peer).receive(int(socket.MSG_DONTWAIT))
    parents_copy.close()


def test_a_record_taken_back_leaves_no_descriptor() -> None:
    own, peer = socket_pair()
    file = MemoryFile.create()
    with nothing_left():
        send(own, b"header", fd=file.fd)
        received = Receiver(peer).receive(int(socket.MSG_DONTWAIT))
        assert received is not None
        assert received[1] is not None
        os.close(received[1])
    for closable in (file, own, peer):
        closable.close()


@given(value=st.recursive(st.integers() | st.text() | st.binary(), st.lists, max_leaves=20))
def test_a_pickle_is_appended_and_its_size_told(value: object) -> None:
    body = Body([b"before"])
    size = pickle_into(body, value)
    assert body.size == len(b"before") + size
    assert pickle.loads(b"".join(body[1:])) == value


def test_a_large_object_is_pickled_without_a_copy() -> None:
    large = bytes(1 << 20)
    body = Body()
    pickle_into(body, large)
    assert any(part is large for part in body)


class Array:
    """Hands its memory to the pickler, as NumPy's arrays do from protocol 5 on."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[Array], tuple[PickleBuffer]]:
        return Array, (PickleBuffer(self.data),)


@pytest.mark.parametrize("size", [1, INLINE_LIMIT, 1 << 20])
def test_memory_that_an_object_hands_out_travels_as_bytes(ends: Ends, size: int) -> None:
    body = Body()
    assert pickle_into(body, [Array(bytes(size)), Array(b"x" * size)]) == body.size
    file = MemoryFile.create()
    file.write(body)
    with file.read(body.size) as view:
        assert [bytes(array.data) for array in pickle.loads(view)] == [bytes(size), b"x" * size]
    file.close()
    if fits_inline(body.size):
        send(ends[0], b"", body)
        assert _receive(ends[1]) == b"".join(body)


class Unpicklable:
    """Raises when it is pickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        raise ValueError("not this one")


def test_a_pickle_that_fails_leaves_the_body_as_it_was() -> None:
    body = Body([b"before"])
    with pytest.raises(ValueError, match="not this one"):
        pickle_into(body, [bytes(1 << 20), Unpicklable()])
    assert body == [b"before"]


class Registered:
    """Has a reducer with `ForkingPickler` alone."""

    __reduce__ = Unpicklable.__reduce__


def _reduce_registered(_: Registered) -> tuple[type[str], tuple[str]]:
    return str, ("by its reducer",)


def test_reducers_of_the_forking_pickler_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    reducers = dict(ForkingPickler._extra_reducers)  # type: ignore[attr-defined]
    monkeypatch.setattr(ForkingPickler, "_extra_reducers", reducers)
    ForkingPickler.register(Registered, _reduce_registered)
    body = Body()
    pickle_into(body, Registered())
    assert pickle.loads(b"".join(body)) == "by its reducer"
    assert Registered not in copyreg.dispatch_table


def test_a_bytearray_that_changes_while_it_is_sent_arrives_as_it_was_at_one_moment() -> None:
    changing, body = bytearray(b"a" * 100_000), Body()
    ForkingPickler(body, PROTOCOL).dump(["before", changing, "behind"])
    changing.extend(b"b" * 10)  # what another thread may do right behind the pickling
    body.unwrap()
    sent = bytes(changing)
    changing.clear()  # is not locked by what is on its way
    assert pickle.loads(b"".join(body)) == ["before", sent, "behind"]
