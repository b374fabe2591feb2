"""The life of a pool as one table.

Rule 1: every change of a pool's state happens in this file.
Rule 2: this file starts no thread, touches no pipe and knows no worker.

    event      INIT        RUN         CLOSE       TERMINATE
    STARTED    RUN         -           -           -
    CLOSE      -           CLOSE       CLOSE       TERMINATE
    TERMINATE  TERMINATE   TERMINATE   TERMINATE   TERMINATE

`-` is an event that cannot happen there; it raises and changes nothing.
"""

from __future__ import annotations

import enum


class PoolState(enum.StrEnum):
    """A state of the pool; equal to the string the standard library uses for it."""

    INIT = "INIT"
    RUN = "RUN"
    CLOSE = "CLOSE"
    TERMINATE = "TERMINATE"


class Event(enum.Enum):
    """What can happen to a pool."""

    STARTED = enum.auto()
    CLOSE = enum.auto()
    TERMINATE = enum.auto()


TRANSITIONS: dict[PoolState, dict[Event, PoolState]] = {
    PoolState.INIT: {Event.STARTED: PoolState.RUN, Event.TERMINATE: PoolState.TERMINATE},
    PoolState.RUN: {Event.CLOSE: PoolState.CLOSE, Event.TERMINATE: PoolState.TERMINATE},
    PoolState.CLOSE: {Event.CLOSE: PoolState.CLOSE, Event.TERMINATE: PoolState.TERMINATE},
    PoolState.TERMINATE: {
        Event.CLOSE: PoolState.TERMINATE,
        Event.TERMINATE: PoolState.TERMINATE,
    },
}


class StateMachine:
    """The current state of one pool.

    Guarantees: any thread may call any method; a reader sees the state before
    or after a transition, never between; TERMINATE is final.  There is no lock: a
    signal handler may interrupt a transition, and wait for a thread that makes another.
    """

    def __init__(self) -> None:
        self._state = PoolState.INIT
        # Apart: a transition that began before must not overwrite it.
        self._terminated = False

    @property
    def state(self) -> PoolState:
        """The state now."""
        return PoolState.TERMINATE if self._terminated else self._state

    def apply(self, event: Event) -> PoolState:
        """Move on by `event` and return the state before it.

        Raises: RuntimeError when the table has no such transition.
        """
        before = self.state
        try:
            after = TRANSITIONS[before][event]
        except KeyError:
            raise RuntimeError(
                f"event {event.name} cannot happen in state {before.name}; "
                f"expected one of {sorted(e.name for e in TRANSITIONS[before])}"
            ) from None
        self._store(after)
        return before

    def force(self, state: str) -> None:
        """Set the state from outside the table.

        Source: CPython `_TestPool.test_resource_warning` assigns `pool._state`.
        """
        forced = PoolState(state)
        self._terminated = False
        self._store(forced)

    def _store(self, state: PoolState) -> None:
        if state is PoolState.TERMINATE:
            self._terminated = True
        else:
            self._state = state
