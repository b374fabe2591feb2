"""The life of a pool: every event in every state."""

from __future__ import annotations

import re

import pytest

from poolproof._front import state
from poolproof._front.state import TRANSITIONS, Event, PoolState, StateMachine


def _in_state(state: PoolState) -> StateMachine:
    machine = StateMachine()
    machine.force(state.value)
    return machine


def _printed_table() -> dict[PoolState, dict[Event, PoolState]]:
    """Read the table in the module's docstring."""
    assert state.__doc__ is not None
    rows = [re.split(r"\s{2,}", line.strip()) for line in state.__doc__.splitlines()]
    header = next(row for row in rows if row[0] == "event")
    table: dict[PoolState, dict[Event, PoolState]] = {PoolState(name): {} for name in header[1:]}
    for row in rows:
        if row[0] in Event.__members__:
            for before, after in zip(header[1:], row[1:], strict=True):
                if after != "-":
                    table[PoolState(before)][Event[row[0]]] = PoolState(after)
    return table


def test_the_printed_table_is_the_one_in_force() -> None:
    assert _printed_table() == TRANSITIONS


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", PoolState)
def test_each_event_in_each_state_does_what_the_table_says(state: PoolState, event: Event) -> None:
    machine = _in_state(state)
    after = TRANSITIONS[state].get(event)
    if after is None:
        with pytest.raises(RuntimeError, match=f"{event.name} cannot happen in state {state.name}"):
            machine.apply(event)
        assert machine.state is state, "an event that cannot happen changed the state"
    else:
        assert machine.apply(event) is state
        assert machine.state is after


def test_a_pool_begins_in_init() -> None:
    assert StateMachine().state is PoolState.INIT


def test_no_event_leads_out_of_terminate() -> None:
    assert set(TRANSITIONS[PoolState.TERMINATE].values()) == {PoolState.TERMINATE}


def test_every_state_can_be_terminated() -> None:
    assert all(TRANSITIONS[s][Event.TERMINATE] is PoolState.TERMINATE for s in PoolState)


def test_an_unknown_state_cannot_be_forced() -> None:
    machine = StateMachine()
    with pytest.raises(ValueError, match="PAUSE"):
        machine.force("PAUSE")
    assert machine.state is PoolState.INIT


@pytest.mark.parametrize("state", PoolState)
def test_a_state_equals_the_standard_librarys_string(state: PoolState) -> None:
    assert state == state.value == state.name
