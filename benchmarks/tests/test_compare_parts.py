"""The parts of the comparison that need no pool: work, entrants, replayed samples, verdicts."""

import random
from pathlib import Path

import pytest

from benchmarks.compare.entrants import BASELINE, CONTROL, REFERENCE, enter, groups
from benchmarks.compare.records import default_path, unstable
from benchmarks.compare.replay import SampleClock
from benchmarks.compare.rows import ROWS
from benchmarks.compare.workloads import ORDERS, SHORTEST_S, make_work

ITERATIONS_PER_S = 20e6


@pytest.mark.parametrize("workload", ORDERS)
def test_no_item_is_cheaper_than_promised(workload: str) -> None:
    """Every order has as many items as asked for, none below 100 us."""
    row = ROWS[f"order-{workload}"]
    items = make_work(workload, row.tasks, ITERATIONS_PER_S).items
    assert len(items) == row.tasks
    assert min(items) >= round(SHORTEST_S * ITERATIONS_PER_S)


@pytest.mark.parametrize("workload", [*ORDERS, "mandelbrot"])
def test_every_pool_gets_the_same_work(workload: str) -> None:
    """The same arguments make the same items, whatever else draws random numbers."""
    first = make_work(workload, 200, ITERATIONS_PER_S).items
    random.random()  # noqa: S311 - the global generator must not matter
    assert make_work(workload, 200, ITERATIONS_PER_S).items == first


@pytest.mark.parametrize("row_id", ROWS)
def test_every_group_has_the_stdlib_and_its_control(row_id: str) -> None:
    """A group has a baseline and a control even if other pools were asked for, each label once."""
    entrants = enter(ROWS[row_id], ["mpire:WorkerPool", REFERENCE])
    labels = [entrant.label for entrant in entrants]
    assert len(set(labels)) == len(labels)
    assert labels[:4] == [REFERENCE, BASELINE, CONTROL, "mpire:WorkerPool"]


def test_a_row_left_out_of_quick_runs_when_it_is_named() -> None:
    """`--quick --rows` means those rows, smaller; `--quick` alone is a choice of rows."""
    assert [group.id for group in groups(["close-join"], [], quick=True)] == ["close-join-fork"]
    assert "close-join-fork" not in [group.id for group in groups([], [], quick=True)]


def test_a_prefix_of_no_row_is_refused() -> None:
    """The message names what was given and what there is."""
    with pytest.raises(ValueError, match=r"'mop'.*map-chunk1"):
        groups(["mop"], [], quick=False)


class Rounds:
    """Times as pytest-benchmark's pedantic mode does."""

    def __init__(self, clock: SampleClock) -> None:
        self.extra_info: dict[str, object] = {}
        self.timed: list[float] = []
        self._clock = clock

    def pedantic(self, target: object, *, rounds: int, iterations: int) -> object:
        """Keep one difference of readings a round."""
        assert callable(target)
        assert iterations == 1
        for _ in range(rounds):
            before = self._clock()
            target()
            self.timed.append(self._clock() - before)
        return None


def test_replayed_samples_are_the_samples() -> None:
    """What pytest-benchmark times is what the drivers measured, in order, replay after replay."""
    clock = SampleClock()
    for samples in ([0.25, 1e-6, 3.0], [0.5]):
        rounds = Rounds(clock)
        clock.replay(rounds, samples)
        assert rounds.timed == pytest.approx(samples, rel=1e-6)


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([0.1, 0.101, 0.102], None),
        ([0.1], "one sample"),
        ([1e-4, 1e-4], "shorter than 1 ms"),
        ([0.1, 0.2, 0.1], "differ by 100%"),
    ],
)
def test_doubtful_samples_are_called_doubtful(samples: list[float], said: str | None) -> None:
    """Too few, too short or too far apart: the record says so and what to do."""
    doubt = unstable(samples)
    assert doubt is None if said is None else said in (doubt or "")


def test_records_go_to_the_reports_room_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reports folder the file goes there; without, beside the user."""
    monkeypatch.chdir(tmp_path)
    assert default_path(tmp_path).parent == tmp_path / "poolproof-records"
    (tmp_path / "reports").mkdir()
    assert default_path(tmp_path).parent == tmp_path / "reports" / "records"
