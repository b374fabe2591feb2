"""How many items a frame carries: the arithmetic, and the makespan it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poolproof._front.sizing import (
    BUDGET_NS,
    FORETOLD,
    FRAME_BYTES,
    GROWTH,
    HEAVY_ITEM_BYTES,
    LEAST_BUDGET_NS,
    PREFETCH_NS,
    REMEMBERED,
    TARGET_NS,
    WORTH_NS,
    Experience,
    Sizer,
    default_chunksize,
)
from poolproof._worker.runner import SUB_BATCH_NS, run_batch, run_exact

from .simulation import Runner, makespan_ns, sizer_that_saw
from .workloads import SHAPES, costs_ns, lower_bound_ns

COUNTS = st.integers(1, 10**7)
WORKERS = st.integers(1, 64)
ITEM_NS = st.integers(1, 10**10)
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True)

NEAR_ENOUGH = 1.15  # times the lower bound
ITEMS_PER_WORKER = 500  # or how 9 heavy items divide among 8 workers would decide
# A frame of PREFETCH_NS or more has no next one at hand: some 140 us of 14 ms pass until it comes.
OVERHEAD = 0.015
START_AND_END_NS = 2_000_000  # 2 ms: waking 8 workers one by one, and the last, small frames

# A cheap beginning lets sub-batches grow; the first heavy items then run in one
# that looks at the clock only when it is over.
CHEAP_THEN_HEAVY = [(1000, 1_000), (20, 10_000_000), (1000, 1_000)]


def _sizer(item_ns: int, *, grown: bool = True) -> Sizer:
    sizer = sizer_that_saw(item_ns)
    for _ in range(8 if grown else 0):
        sizer.items(None, 1)
    return sizer


@given(left=COUNTS, workers=WORKERS)
def test_the_first_frame_carries_one_item(left: int, workers: int) -> None:
    assert Sizer().items(left, workers) == 1


@given(item_ns=ITEM_NS, left=st.none() | COUNTS, workers=WORKERS)
def test_a_frame_carries_no_more_than_the_target_time_and_half_a_share(
    item_ns: int, left: int | None, workers: int
) -> None:
    items = _sizer(item_ns).items(left, workers)
    assert items >= 1
    assert (items - 1) * item_ns < TARGET_NS
    if left is not None:
        assert (items - 1) * 2 * workers < left or items * item_ns <= WORTH_NS


@given(item_ns=ITEM_NS)
def test_a_frame_reaches_the_target_time_when_there_is_work_enough(item_ns: int) -> None:
    assert _sizer(item_ns).items(None, 1) * item_ns >= TARGET_NS


@given(item_ns=ITEM_NS, rounds=st.integers(1, 8))
def test_a_frame_grows_by_a_bounded_factor(item_ns: int, rounds: int) -> None:
    sizer = _sizer(item_ns, grown=False)
    sizes = [1, *(sizer.items(None, 1) for _ in range(rounds))]
    assert all(after <= GROWTH * before for before, after in pairwise(sizes))


@given(item_ns=ITEM_NS, item_bytes=st.integers(1, 1 << 32), items=st.integers(1, 1000))
def test_a_frame_of_large_items_weighs_no_more_than_its_limit(
    item_ns: int, item_bytes: int, items: int
) -> None:
    sizer = _sizer(item_ns)
    sizer.weigh(items, items * item_bytes)
    carried = sizer.items(None, 1)
    assert carried == 1 or carried * item_bytes <= FRAME_BYTES


def test_one_heavy_item_does_not_keep_frames_small_for_ever() -> None:
    sizer = _sizer(1)
    sizer.weigh(1, FRAME_BYTES)
    assert sizer.items(None, 1) == 1
    for _ in range(100):
        sizer.weigh(1, 1)
        carried = sizer.items(None, 1)
    assert carried == FRAME_BYTES


@given(samples=st.lists(st.tuples(st.integers(1, 1000), ITEM_NS), min_size=1, max_size=20))
def test_the_estimate_stays_between_the_fastest_and_the_slowest_frame(
    samples: list[tuple[int, int]],
) -> None:
    sizer = Sizer()
    for items, item_ns in samples:
        sizer.observe(items, items * item_ns)
    for _ in range(8):
        sizer.items(None, 1)
    fastest, slowest = (pick(item_ns for _, item_ns in samples) for pick in (min, max))
    wanted = sizer.items(None, 1)
    assert _sizer(slowest).items(None, 1) <= wanted <= _sizer(fastest).items(None, 1)


def test_a_frame_that_ran_nothing_teaches_nothing() -> None:
    sizer = Sizer()
    sizer.observe(0, 10**9)
    assert sizer.may_prefetch(1), "an estimate was made of no item"


@given(item_ns=st.none() | ITEM_NS, left=st.none() | COUNTS, workers=WORKERS)
def test_a_budget_lies_between_the_least_and_the_whole_one(
    item_ns: int | None, left: int | None, workers: int
) -> None:
    sizer = Sizer() if item_ns is None else _sizer(item_ns)
    assert LEAST_BUDGET_NS <= sizer.budget_ns(left, workers) <= BUDGET_NS


@given(item_ns=ITEM_NS, left=COUNTS, workers=WORKERS)
def test_a_budget_never_grows_as_the_job_nears_its_end(
    item_ns: int, left: int, workers: int
) -> None:
    sizer = _sizer(item_ns)
    assert sizer.budget_ns(left - 1, workers) <= sizer.budget_ns(left, workers)


@given(item_ns=ITEM_NS, left=COUNTS, workers=WORKERS)
def test_a_first_frame_by_foreknowledge_is_a_short_one(
    item_ns: int, left: int, workers: int
) -> None:
    sizer = Sizer()
    sizer.begin_with(sizer_that_saw(item_ns))
    assert 1 <= sizer.items(left, workers) <= FORETOLD


@given(foretold_ns=ITEM_NS, item_ns=ITEM_NS)
def test_the_first_frame_that_ran_outweighs_foreknowledge(foretold_ns: int, item_ns: int) -> None:
    sizer = Sizer()
    sizer.begin_with(sizer_that_saw(foretold_ns))
    sizer.observe(1, item_ns)
    for _ in range(8):
        sizer.items(None, 1)
    assert sizer.items(None, 1) == _sizer(item_ns).items(None, 1)


def test_a_job_of_less_than_a_frame_is_worth_is_one_frame() -> None:
    assert _sizer(WORTH_NS // 64).items(64, 2) == 64


def test_a_pool_remembers_the_functions_it_ran_last() -> None:
    experience = Experience()
    for function in ["first", *map(str, range(REMEMBERED - 1)), "first", "last"]:
        experience.pass_on(function, sizer_that_saw(1))
    frames = {}
    for function in ("first", "last", "0", "other"):
        sizer = Sizer()
        experience.pass_on(function, sizer)
        frames[function] = sizer.items(None, 1)
    assert frames == {"first": FORETOLD, "last": FORETOLD, "0": 1, "other": 1}


@given(item_ns=ITEM_NS, items=st.integers(1, 10**6))
def test_a_frame_that_is_known_to_be_long_has_no_next_one_at_hand(item_ns: int, items: int) -> None:
    assert Sizer().may_prefetch(items)
    assert _sizer(item_ns).may_prefetch(items) == (item_ns * items < PREFETCH_NS)


@given(size=st.integers(1, 1 << 30), item_ns=ITEM_NS)
def test_of_heavy_items_none_is_at_hand_before_it_is_needed(size: int, item_ns: int) -> None:
    sizer = _sizer(item_ns)
    sizer.weigh(1, size)
    assert sizer.may_prefetch(1) == (item_ns < PREFETCH_NS and size < HEAVY_ITEM_BYTES)


@given(items=COUNTS, workers=WORKERS)
def test_the_default_chunksize_is_the_standard_librarys(items: int, workers: int) -> None:
    chunksize, extra = divmod(items, workers * 4)  # as `Pool._map_async` has it
    assert default_chunksize(items, workers) == chunksize + bool(extra)


BATCH_OUTLASTS_ITS_BUDGET = pytest.mark.xfail(
    reason="run_batch looks at the clock only between sub-batches, which grow while items "
    "are cheap: one may hold many heavy items and outlast any budget. In a pool the steward "
    "cuts it once another worker idles (see `relief`, test_relief); here is no steward"
)


@pytest.mark.parametrize("runner", [run_batch, run_exact])
@pytest.mark.parametrize("workers", [2, 8])
@pytest.mark.parametrize("mean_us", [100, 1_000, 10_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_job_ends_near_the_time_that_no_schedule_can_beat(
    shape: str, mean_us: int, workers: int, runner: Runner
) -> None:
    costs = costs_ns(shape, ITEMS_PER_WORKER * workers, mean_us * 1000)
    ratio = makespan_ns(costs, workers, runner) / lower_bound_ns(costs, workers)
    assert 1 <= ratio <= NEAR_ENOUGH


def bound_ns(costs: Sequence[int], workers: int) -> float:
    """Return the makespan that `sizing` promises."""
    work = (1 + OVERHEAD) * sum(costs) / workers
    return work + max(costs) + BUDGET_NS + START_AND_END_NS


BLOCKS = st.lists(
    st.tuples(st.integers(1, 300), st.integers(100, 30_000_000)), min_size=1, max_size=8
)


@pytest.mark.parametrize(("runner", "shortest_ns"), [(run_exact, 0), (run_batch, SUB_BATCH_NS)])
@EXAMPLES
@given(
    blocks=BLOCKS,
    workers=st.sampled_from([1, 2, 3, 8]),
    foretold_ns=st.none() | st.integers(1, 30_000_000),
)
@example(blocks=CHEAP_THEN_HEAVY, workers=8, foretold_ns=None)
@example(blocks=[(64, 30_000_000)], workers=2, foretold_ns=1)
def test_no_order_of_costs_and_no_foreknowledge_makes_a_job_outlast_its_bound(
    blocks: list[tuple[int, int]],
    workers: int,
    foretold_ns: int | None,
    runner: Runner,
    shortest_ns: int,
) -> None:
    # An item of SUB_BATCH_NS is a sub-batch by itself, behind which a batch looks at the clock.
    costs = [max(cost, shortest_ns) for length, cost in blocks for _ in range(length)]
    assert makespan_ns(costs, workers, runner, foretold_ns) <= bound_ns(costs, workers)


@BATCH_OUTLASTS_ITS_BUDGET
def test_a_cheap_beginning_does_not_make_a_batch_outlast_its_bound() -> None:
    costs = [cost for length, cost in CHEAP_THEN_HEAVY for _ in range(length)]
    assert makespan_ns(costs, 2, run_batch) <= bound_ns(costs, 2)


def test_what_items_share_weighs_once() -> None:
    sizer = Sizer(sharing=True)
    sizer.weigh_frame(1, FRAME_BYTES + 100)
    sizer.observe(1, 20_000)
    assert sizer.items(50, 2) == 2, "is it all its own?"
    sizer.weigh_frame(2, FRAME_BYTES + 200)
    assert sizer.items(50, 2) == 13, "a quarter of what is left"


def test_what_is_heavy_by_itself_travels_alone() -> None:
    sizer = Sizer(sharing=True)
    sizer.weigh_frame(1, FRAME_BYTES)
    sizer.observe(1, 20_000)
    assert sizer.items(50, 2) == 2, "is it all its own?"
    sizer.weigh_frame(2, 2 * FRAME_BYTES)
    assert sizer.items(50, 2) == 1
