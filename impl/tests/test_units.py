"""Units: where frames are cut, and several pickles in one body."""

from __future__ import annotations

import pickle
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from poolproof._wire.channel import Body
from poolproof._wire.units import count_parts, join, parts_of, split


@given(start=st.integers(0, 500), tasks=st.integers(1, 200), per_unit=st.integers(1, 70))
def test_parts_are_the_units_of_a_frame(start: int, tasks: int, per_unit: int) -> None:
    parts = [list(range(tasks))[part] for part in parts_of(start, tasks, per_unit)]
    assert list(chain.from_iterable(parts)) == list(range(tasks))
    units = [{(start + position) // per_unit for position in part} for part in parts]
    assert all(len(unit) == 1 for unit in units), "a part is of one unit"
    assert len(set.union(*units)) == len(parts) == count_parts(start, tasks, per_unit)


@given(values=st.lists(st.binary(max_size=50) | st.lists(st.integers()), min_size=1, max_size=20))
def test_what_is_joined_is_split_again(values: list[object]) -> None:
    parts = [Body([(whole := pickle.dumps(value))[:3], whole[3:]]) for value in values]
    body = memoryview(b"".join(join(parts)))
    assert list(map(pickle.loads, split(body, len(values)))) == values
