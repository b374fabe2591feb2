"""Options, the session's comparison, and where its figures go."""

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.logger import PytestBenchmarkWarning
from rich.console import Console

from benchmarks.compare.interleaving import FULL, QUICK
from benchmarks.compare.records import default_path, run_info
from benchmarks.compare.session import Session
from benchmarks.compare.tables import group_table

SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the comparison."""
    options = parser.getgroup("compare", "pools side by side")
    options.addoption(
        "--quick", action="store_true", help="fewer rows, rounds and items: at most 90 s in all"
    )
    options.addoption(
        "--rows",
        action="append",
        default=[],
        metavar="PREFIX",
        help="only rows whose name starts so (repeatable)",
    )
    options.addoption(
        "--pools",
        action="append",
        default=[],
        metavar="MODULE:ATTR",
        help="only this pool, and the stdlib to compare it with (repeatable)",
    )
    options.addoption(
        "--deadline",
        type=float,
        metavar="SECONDS",
        help="when a pool must have answered one sample (default: "
        f"{FULL.deadline_s:g}; with --quick {QUICK.deadline_s:g})",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the groups, and a JSON file where none was given."""
    deadline_s = config.option.deadline
    if deadline_s is not None and not deadline_s > 0:
        raise pytest.UsageError(f"--deadline: expected more than 0 seconds, got {deadline_s:g}")
    try:
        config.stash[SESSION] = Session(config)
    except ValueError as error:
        raise pytest.UsageError(f"--rows: {error}") from None
    config.add_cleanup(config.stash[SESSION].close)  # whatever happens to the tests
    # An interrupted run may have nothing to save yet: worth a warning, not a traceback.
    warnings.filterwarnings("default", category=PytestBenchmarkWarning)
    if config.option.benchmark_json is None:
        config.option.benchmark_json = default_path(config.rootpath)
    config.option.benchmark_json.parent.mkdir(parents=True, exist_ok=True)
    if not config.option.benchmark_verbose:
        config.option.benchmark_quiet = True  # its table knows neither ratios nor grey rows


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each entrant of each group, so that each has an entry in the JSON."""
    session = metafunc.config.stash[SESSION]
    metafunc.parametrize(
        ("row", "start_method", "pool"),
        [
            pytest.param(
                group.row.id,
                group.start_method,
                entrant.label,
                id=f"{group.id}-{entrant.label}",
                marks=pytest.mark.benchmark(group=group.id, timer=session.clock),
            )
            for group in session.groups.values()
            for entrant in group.entrants
        ],
    )


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Session:
    """Return the comparison of this run."""
    return request.config.stash[SESSION]


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Add what a reader needs to judge the figures."""
    machine_info["cpu_count"] = os.cpu_count()
    machine_info["usable_cpus"] = len(os.sched_getaffinity(0))
    machine_info["load_average"] = list(os.getloadavg())


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the entrants without a figure: a reader must be able to tell them from silence."""
    session = config.stash[SESSION]
    output_json["poolproof"] = run_info(
        quick=session.plan.quick,
        iterations_per_s=session.comparison.iterations_per_s,
        results=session.measured(),
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print one table a group, and where the raw samples are."""
    session = config.stash[SESSION]
    console = Console(width=max(terminalreporter._tw.fullwidth, 100))  # noqa: SLF001 - its only door
    for group, results in session.measured():
        console.print(group_table(group, results))
    path: Path = config.option.benchmark_json
    if path.exists():
        terminalreporter.write_line(f"samples: {path}")
