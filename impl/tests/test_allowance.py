"""maxtasksperchild: what a worker was sent, counted exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from poolproof._link.allowance import Allowance


@given(tasks=st.integers(1, 50), per=st.integers(1, 50), limit=st.integers(1, 100))
def test_a_worker_is_sent_as_many_items_as_it_may(tasks: int, per: int, limit: int) -> None:
    """Whole tasks of whole items: none is left over for rounding, and none too many."""
    allowance = Allowance(tasks)
    sent, last = 0, False
    while not last:
        items = min(limit, allowance.items(per))
        sent += items
        last = allowance.charge(items, per)
    assert sent == tasks * per


@given(tasks=st.integers(1, 50), per=st.integers(1, 50), data=st.data())
def test_what_was_not_sent_after_all_may_be_sent_again(
    tasks: int, per: int, data: st.DataObject
) -> None:
    allowance = Allowance(tasks)
    items = data.draw(st.integers(1, tasks * per))
    assert allowance.charge(items, per) == (items == tasks * per)
    allowance.refund(items, per)
    assert allowance.items(per) == tasks * per
