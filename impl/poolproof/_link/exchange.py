"""What a caller does with a link that it has borrowed: send one frame, and wait for its result."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING

from .._wire.channel import SEND_NOW, Receiver, Record
from .._wire.memory import Buffer
from .ledger import Frame
from .lookout import Lookouts

if TYPE_CHECKING:
    from .loan import Loan


class Exchange:
    """The exchanges over one link.

    Guarantees: the borrower alone makes one; any thread may call it off.
    """

    def __init__(self, sock: socket.socket, receiver: Receiver, ledger: deque[Frame]) -> None:
        self._sock = sock
        self._receiver = receiver
        self._ledger = ledger
        self._lookouts = Lookouts(sock.fileno())

    def make(self, loan: Loan, frame: Frame, record: Sequence[Buffer]) -> Record | None:
        """Send a frame and wait for its first result; None when there is none to be had.

        The frame stays in the ledger and the result in the channel until the frame is `settled`.
        Sending and entering in the ledger is one call into C, as reading and keeping is: whatever
        a signal handler raises, and where, it is never in doubt what was sent and what was read.
        """
        try:
            lookout = self._lookouts.last()
        except OSError:  # no descriptor is left
            return None
        permit = map(list.pop, (loan.may_send,))
        sent = compress((frame,), map(self._sock.sendmsg, (record,), ((),), permit))
        forget = self._receiver.forget
        if loan:  # no handler runs between this question and a call into C
            forget()
        try:
            self._ledger.extend(sent)
        except OSError:  # nothing was sent
            loan.may_send.append(SEND_NOW)  # the first call of this block, as in `Loans.lend`
            return None
        except IndexError:  # the link was taken away
            return None
        if loan:
            loan.sent = bool(self._ledger)
        lookout.wait()
        return self._receiver.keep(loan.may_receive)

    def call_off(self) -> None:
        """End the wait of the borrower that the link is taken from."""
        self._lookouts.call_off()

    def leave_to_parent(self) -> None:
        """End the wait of a borrower in a process that was forked in the midst of it."""
        self._lookouts.leave_to_parent()

    def has_kept(self) -> bool:
        """Tell whether the result has been received, and is not forgotten."""
        return self._receiver.has_kept()

    def forget(self) -> None:
        """Drop the result where its frame is settled."""
        if not self._ledger:
            self._receiver.forget()

    def close(self) -> None:
        """Let go of what nobody waits with."""
        self._lookouts.close()
