"""Waiting that can be called off."""

from __future__ import annotations

import socket
import threading

from poolproof._link.lookout import Lookout

from .counting import nothing_left
from .patience import WAIT_S, within


def test_a_wait_ends_when_the_descriptor_is_readable() -> None:
    own, peer = socket.socketpair()
    with own, peer:
        lookout = Lookout(own.fileno())
        peer.send(b"it")
        within(WAIT_S, lookout.wait, "the wait")


def test_every_wait_ends_that_is_called_off() -> None:
    own, peer = socket.socketpair()
    with own, peer:
        lookout = Lookout(own.fileno())
        waiting = threading.Thread(target=lookout.wait)
        waiting.start()
        lookout.call_off()
        waiting.join(WAIT_S)
        assert not waiting.is_alive()
        within(WAIT_S, lookout.wait, "a wait behind it")


def test_its_descriptor_is_closed_when_nobody_holds_it() -> None:
    with nothing_left():
        lookout = Lookout(0)
        lookout.call_off()
        del lookout
