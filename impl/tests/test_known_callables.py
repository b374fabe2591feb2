"""What the parent thinks a worker knows does not grow with the jobs that are over."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from poolproof import Pool
from poolproof._front.jobs import Span
from poolproof._link.known_calls import KnownCalls
from poolproof._link.ledger import Frame
from poolproof._link.link import Link
from poolproof._wire.channel import Body, Receiver, socket_pair
from poolproof._wire.frames import TaskHeader, TaskKind

from .jobs import map_job
from .patience import await_
from .tasks import square

WAIT_S = 20.0  # a bound for what should take a moment
JOBS = 100


def _refuse_the_last(number: int) -> int:
    if number == 3:
        raise ValueError(number)
    return number


def test_a_callable_is_forgotten_though_its_frame_ends_behind_its_job() -> None:
    """The last item fails: its error completes the job, and the end of its frame comes later."""
    with Pool(1, context=multiprocessing.get_context("fork")) as pool:
        for _ in range(JOBS):
            with suppress(ValueError):
                pool.map_async(_refuse_the_last, range(4)).get(WAIT_S)
        assert pool.map_async(square, range(4)).get(WAIT_S) == [0, 1, 4, 9]
        (link,) = pool._dispatcher.links
        until = time.monotonic() + WAIT_S
        while link.calls:
            assert time.monotonic() < until, f"still known: {len(link.calls)} callables"
            time.sleep(0.001)


class _Unstarted(Link):
    """A link without a process, that has three callables to tell of."""

    def __init__(self, own: socket.socket, peer: socket.socket) -> None:
        self._sock = own
        self._unread = Receiver(peer)
        self.ledger = deque()
        self.calls = KnownCalls()
        for call_id in OVER:
            self.calls.learn(call_id)
            self.calls.forget(call_id, heavy=False)

    def post(self) -> Frame:
        """Send a frame of one task."""
        job, _ = map_job([1])
        frame = Frame(1, job, Span(0, [1]), carries_call=False, file=None)
        self.send_frame(frame, TaskHeader(TaskKind.RUN, seq=1), Body())
        return frame


OVER = [11, 12, 13]  # callables whose jobs are over


@pytest.fixture(name="ends")
def _ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    own, peer = socket_pair()
    with own, peer:
        yield own, peer


def test_what_a_full_channel_does_not_take_is_told_later(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    own, peer = ends
    link = _Unstarted(own, peer)
    filled = 0
    with suppress(BlockingIOError):
        while True:
            own.send(bytes(1000), socket.MSG_DONTWAIT)
            filled += 1
    with pytest.raises(BlockingIOError):
        link.post()
    assert sorted(link.calls.stale) == OVER
    for _ in range(filled):
        peer.recv(1000)
    link.post()
    assert link.calls.stale == []


def test_a_frame_behind_messages_is_taken_back_with_them(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    link = _Unstarted(*ends)
    frame = link.post()
    assert link.take_back() is frame
    assert sorted(link.calls.stale) == OVER
    assert not link.ledger
    assert link.take_back() is None


class Heavy:
    """A callable that takes memory in the worker, and says when that is given back."""

    def __init__(self, gone: str) -> None:
        self.gone = gone
        self.much = bytes(1 << 20)

    def __call__(self, item: int) -> int:
        return item

    def __del__(self) -> None:
        if os.getpid() != parent_pid():
            Path(self.gone).touch()


def parent_pid() -> int:
    """Return the process that has the pool, in a worker too."""
    parent = multiprocessing.parent_process()
    return os.getpid() if parent is None else parent.pid or 0


def test_an_idle_worker_does_not_keep_a_heavy_callable(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with Pool(1, context=multiprocessing.get_context("fork")) as pool:
        assert pool.map_async(Heavy(str(gone)), range(4), 4).get(WAIT_S) == [0, 1, 2, 3]
        await_(gone.exists, "the end of the callable in the worker")
