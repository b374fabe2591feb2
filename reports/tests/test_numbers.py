"""The pure parts: statistics, units, links, loaders."""

from __future__ import annotations

from pathlib import Path

import pytest

from .. import units
from ..history import build_history
from ..links import link_references
from ..load_asv import load_asv
from ..load_compare import load_compare
from ..load_cpython import load_cpython
from ..stats import Spread, against_noise, noise_floor, spread, times_as_fast
from ..timings import build_timings
from . import samples, timing_samples


def test_spread_is_median_and_quartiles() -> None:
    """Quartiles are interpolated; the order of the samples does not matter."""
    found = spread([4.0, 1.0, 3.0, 2.0, 5.0])
    assert (found.q1, found.median, found.q3, found.samples) == (2.0, 3.0, 4.0, 5)
    assert found.iqr == 2.0
    with pytest.raises(ValueError, match="at least one sample"):
        spread([])


def test_ratio_is_above_one_for_the_faster() -> None:
    """Twice as long is half as fast, and the two directions multiply to one."""
    assert times_as_fast(baseline=2.0, subject=1.0) == 2.0
    assert times_as_fast(2.0, 1.0) * times_as_fast(1.0, 2.0) == 1.0
    with pytest.raises(ValueError, match="above 0"):
        times_as_fast(0.0, 1.0)


def test_what_the_control_shows_is_called_noise() -> None:
    """Two measurements of one pool, 0.10 s and 0.11 s: differences below 5 % mean nothing."""
    floor = noise_floor(Spread(0.10, 0.10, 0.10, 3), Spread(0.11, 0.11, 0.11, 3))
    assert floor == pytest.approx(0.005 / 0.105)
    assert against_noise(1.04, floor) == "within noise"
    assert against_noise(1 / 1.04, floor) == "within noise"
    assert against_noise(1.06, floor) == "faster"
    assert against_noise(0.94, floor) == "slower"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (12.34, "12.3 s"),
        (0.0421, "42.1 ms"),
        (9.996e-3, "10.0 ms"),
        (1.5e-6, "1.50 µs"),
        (3e-10, "0.300 ns"),
    ],
)
def test_durations_have_three_digits_and_a_unit(seconds: float, shown: str) -> None:
    """The unit is the one in which the number reads best."""
    assert units.duration(seconds) == shown


def test_references_become_links_and_nothing_else_does() -> None:
    """Issues and https pages are linked; other text, and other schemes, stay text."""
    plain = (
        "docs Pool; gh-96062, bpo-22393, a/b#7 (https://docs.python.org/3/), javascript:alert(1)"
    )
    segments = link_references(plain)
    assert "".join(text for text, _ in segments) == plain
    assert [address for _, address in segments if address] == [
        "https://github.com/python/cpython/issues/96062",
        "https://bugs.python.org/issue22393",
        "https://github.com/a/b/issues/7",
        "https://docs.python.org/3/",
    ]


def test_timings_are_read_against_the_control(tmp_path: Path) -> None:
    """Fastest first; what is farther from the stdlib than its own control is faster or slower."""
    timing_samples.write_json(tmp_path / "compare-1.json", timing_samples.comparison())
    (group,) = build_timings(load_compare(tmp_path)).groups
    labels = [one.label for one in group.measured]
    readings = dict(zip(labels, (one.reading for one in group.measured), strict=True))
    assert labels[0] == "poolproof"
    assert readings["poolproof"] == "faster"
    assert readings["pebble"] == "slower"
    assert readings["stdlib Pool"] == "", "the baseline is not read against itself"
    fastest = group.entrant("poolproof")
    assert fastest is not None
    assert fastest.ratio == pytest.approx(0.10 / 0.011)
    assert [(one.label, one.status) for one in group.unmeasured] == [("mpire", "missing")]
    assert group.band == (0.10 / timing_samples.TASKS, 0.11 / timing_samples.TASKS)


def test_a_group_comes_from_one_run(tmp_path: Path) -> None:
    """Ratios never mix runs: the newest file that has the group gives all of it."""
    old = timing_samples.comparison()
    new = timing_samples.comparison() | {"datetime": "2026-11-24T00:00:00+00:00"}
    new["benchmarks"] = new["benchmarks"][:3]
    timing_samples.write_json(tmp_path / "compare-1.json", old)
    timing_samples.write_json(tmp_path / "compare-2.json", new)
    frame = load_compare(tmp_path)
    assert set(frame["file"]) == {"compare-2.json"}
    assert "billiard:Pool" not in set(frame["entrant"])


def test_asv_results_become_rows(tmp_path: Path) -> None:
    """One row a parameter combination and commit; params lose their quotes; old versions go."""
    frame = load_asv(timing_samples.write_asv(tmp_path / "asv"))
    assert len(frame) == 2 * 8
    assert set(frame["benchmark"]) == {"Map.time_map_2000_noops"}
    assert set(frame["pool"]) == {"poolproof:Pool", "multiprocessing:Pool"}
    assert [params["chunksize"] for params in frame["params"][:2]] == [1, None]
    assert list(frame["status"]).count("failed") == 2


def test_history_shows_rates_and_names_failures(tmp_path: Path) -> None:
    """2000 no-ops in 20 ms are 100,000 tasks a second; two commits give a second panel."""
    history = build_history(load_asv(timing_samples.write_asv(tmp_path / "asv")))
    sweep, over_commits = history.panels
    assert ("poolproof", "fork", "1", "100,000 tasks/s", "100,000 tasks/s to 100,000 tasks/s") in (
        sweep.table
    )
    assert {row[2] for row in over_commits.table} == {"aaaaaaaa", "bbbbbbbb"}
    assert history.failures == (
        "Map.time_map_2000_noops: 2 parameter combinations failed or timed out",
    )


def test_cpython_results_are_counted_whole_or_cut_short(tmp_path: Path) -> None:
    """A run without its footer is marked incomplete and keeps what it has."""
    run = samples.cpython_tests()
    samples.write(tmp_path / "cpython-1.jsonl", run[:-1])
    frame = load_cpython(tmp_path)
    assert list(frame["result"]) == ["pass", "pass", "pass", "hang"]
    assert not frame["complete"].any()
