"""Which callables a worker has: each travels once a worker, not once a frame."""

from __future__ import annotations


class KnownCalls:
    """The callables of one worker; used by whoever holds its link (see `loans`)."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        #: those that it still has and is to be told to forget
        self.stale: list[int] = []
        #: among those is one that takes much memory
        self.urgent = False

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, call_id: int) -> bool:
        return call_id in self._known

    def learn(self, call_id: int) -> None:
        """The worker has taken up a frame that carries the callable.

        Not before: that frame might be taken back while the next one, sent
        without the callable, is read.
        """
        self._known.add(call_id)

    def forget(self, call_id: int, *, heavy: bool) -> None:
        """The callable will not be used again; the worker is told with its next frame, or before.

        heavy: an idle worker should not keep it until then.
        """
        if call_id in self._known:
            self._known.remove(call_id)
            self.stale.append(call_id)
            self.urgent = self.urgent or heavy
