"""What a caller has borrowed (see `loans`), and how it can be taken away in the midst of its use.

Two permits let the borrower use its link.  To send uses up the one, to receive the other, in the
very call: whoever takes a permit away knows that its call will not come any more, and where a
permit is gone already the ledger, or the record that is kept, tells whether that call is over.
"""

from __future__ import annotations

from .._wire.channel import RECEIVE_NOW, SEND_NOW, Permit
from .link import Link


class Loan(list[Link]):
    """The link that a caller has borrowed; empty before and after, and once it was taken away."""

    __slots__ = ("may_receive", "may_send", "sent")

    def __init__(self) -> None:
        super().__init__()
        self.may_send: Permit = [SEND_NOW]
        self.may_receive: Permit = [RECEIVE_NOW]
        #: its frame is, or was, in the ledger
        self.sent = False

    def withdraw(self, link: Link) -> bool:
        """Let the borrower neither send nor receive any more; return False in the midst of either.

        Any thread may call this.
        """
        # To receive first: while a borrower may not, it does not get through with its exchange, and
        # an empty ledger says that it has not sent.
        if not _taken(self.may_receive):
            return link.exchange.has_kept()
        if _taken(self.may_send) or link.ledger:
            self.sent = bool(link.ledger)
            return True
        self.may_receive.append(RECEIVE_NOW)
        return False


def _taken(permit: Permit) -> bool:
    try:
        permit.pop()
    except IndexError:
        return False
    return True
