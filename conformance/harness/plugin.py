"""pytest's hooks: the only file in which pytest and the run of the suite meet.

Registered by `conformance/conftest.py` in a checkout; an installed suite offers
the same module as an entry point.
"""

import dataclasses
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from rich.console import Console

from ..clauses import Level, load_clauses, mark_of
from ..specfile import SpecError
from . import options
from .asked import META, concerns_suite, holds_pools, names
from .deviation_files import DeviationError
from .exits import Exit, in_words
from .items import ClauseItem, items_of, status_of
from .markdown import append_summary
from .readiness import UnusableSubjectError
from .records import refusal, unwritten
from .run import Run
from .signals import Interruption
from .summary import print_summary
from .zygotes import ZygoteError

NAME = "poolproof-conformance"
_RUN = pytest.StashKey[Run]()
_INTERRUPTION = pytest.StashKey[Interruption]()
_LOG_WIDTH = 140  # columns of the summary where no terminal says how many there are


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of `pytest conformance`."""
    options.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer `--list` without running anything; end a run whose specification is malformed."""
    lists = bool(config.getoption("--list"))
    if (lists or concerns_suite(config)) and (trouble := _trouble_with_spec()):
        sys.stderr.write(f"ERROR: {trouble}\n{in_words(Exit.SUITE_FAILED)}\n")
        return Exit.SUITE_FAILED
    if not lists:
        return None
    wanted = options.read_options(config)
    if mistyped := options.mistyped(wanted):
        raise pytest.UsageError(mistyped)
    console = Console(soft_wrap=True, highlight=False)
    for clause in load_clauses().values():
        if clause.level in wanted.levels and clause.id.startswith(wanted.clauses or ""):
            untested = f"  (untested: {clause.untested})" if clause.untested else ""
            console.print(
                f"{clause.id:<10} {clause.level:<8} {clause.text}{untested}", markup=False
            )
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Show a line a clause when nothing but clauses run: progress names clause and subject.

    A project that holds its own pool may have set `python_files` to suit its own tests.
    """
    if concerns_suite(config):
        interruption = config.stash[_INTERRUPTION] = Interruption()
        config.add_cleanup(interruption.close)
    if "test_*.py" not in (patterns := config.getini("python_files")):
        patterns.append("test_*.py")  # the list that pytest asks, in this run
    if config.option.verbose == 0 and holds_pools(config) and not config.option.collectonly:
        config.option.verbose = 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Make the subjects ready before the first clause test is collected."""
    config = session.config
    if not concerns_suite(config):
        return
    if getattr(config.option, "numprocesses", None):
        raise pytest.UsageError(
            "bodies run side by side already: leave out -n of pytest-xdist (-p no:xdist), "
            "and say --jobs N"
        )
    run = Run(options.read_options(config), options.command())
    config.stash[_RUN] = run
    _check_summary(run)
    if run.options.record and (refused := refusal(run.options.record)):
        run.trouble = refused
        raise pytest.UsageError(refused)
    _check_filter(config, run)
    try:
        run.prepare()
    except DeviationError as error:
        run.trouble = str(error)
        raise pytest.UsageError(run.trouble) from error
    except (UnusableSubjectError, ZygoteError) as error:
        run.trouble = str(error)
        _stop(config, run.trouble, getattr(error, "code", Exit.SUITE_FAILED))
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        for subject in run.subjects:
            told = f"version {subject.told.get('version')}, {', '.join(subject.start_methods)}"
            reporter.write_line(f"{subject.name}: {told if subject.available else subject.reason}")
        reporter.write_line(f"{run.budget}; {run.options.jobs} bodies work at once")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of the suite itself to whoever names them."""
    if collection_path == META and not names(config, META):
        return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> list[ClauseItem] | None:
    """Turn a clause test into its items."""
    run = collector.config.stash.get(_RUN, None)
    if run is None or not isinstance(collector, pytest.Module) or mark_of(obj) is None:
        return None
    return list(items_of(collector, name, obj, run))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Start the bodies; they run ahead of pytest from here on."""
    run = session.config.stash.get(_RUN, None)
    if run is None or session.config.option.collectonly:
        return
    clause_items = [item for item in session.items if isinstance(item, ClauseItem)]
    if not clause_items:
        return
    try:
        run.plan((item.test, item.subject, item.start_method) for item in clause_items)
    except OSError as error:
        run.trouble = f"--record: expected a file that can be written, got {error}"
        # A pipe has "collecting ..." by now, and not the end of that line.
        session.config.get_terminal_writer().flush()
        raise pytest.UsageError(run.trouble) from error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End here a run that was interrupted where that could not be raised."""
    done = yield
    if interruption := item.config.stash.get(_INTERRUPTION, None):
        if isinstance(item, ClauseItem):
            interruption.check()
        interruption.rearm()
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the ruling with the report, for the status word."""
    report = yield
    if isinstance(item, ClauseItem) and report.when == "call" and item.ruling is not None:
        report.ruling = item.ruling  # type: ignore[attr-defined]  # ours to read in teststatus
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> Any:
    """Show the verdict instead of passed and failed."""
    ruling = getattr(report, "ruling", None)
    return status_of(ruling, failed=report.failed) if ruling is not None else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Give the run its exit code and the record file its footer; leave no process."""
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    interruption = session.config.stash[_INTERRUPTION]
    interruption.forbid()
    if interruption.came:
        exitstatus = session.exitstatus = Exit.INTERRUPTED
    elif exitstatus == Exit.INTERRUPTED and run.trouble:
        session.exitstatus = Exit.SUITE_FAILED
    elif exitstatus in (0, 1):
        session.exitstatus = run.exit_code(int(exitstatus))
    ended = exitstatus in (Exit.CONFORMS, Exit.FAILED, Exit.NOTHING_RAN)
    try:
        if ended and run.has_all:  # not with -x, which stops at the first failure with code 1
            run.finish(int(session.exitstatus))
        if run.options.summary is not None:
            append_summary(run.options.summary, run, int(session.exitstatus))
    except OSError as error:  # a disk may have become full
        session.exitstatus = Exit.SUITE_FAILED
        sys.stderr.write(f"\nERROR: {unwritten(error)}\n")
    finally:
        run.close()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of verdicts, and what the exit code says."""
    run = config.stash.get(_RUN, None)
    code = int(terminalreporter._session.exitstatus)  # noqa: SLF001 - pytest's
    if run is not None and (run.rulings or code == Exit.INTERRUPTED):
        terminalreporter.ensure_newline()
        console = Console(file=terminalreporter._tw._file, highlight=False)  # noqa: SLF001 - as above
        if not console.is_terminal:
            console.width = _LOG_WIDTH
        print_summary(run, console)
        console.print(in_words(code))


def _trouble_with_spec() -> str:
    """Say what is wrong with the file of the clauses; empty where nothing is."""
    try:
        load_clauses()
    except (SpecError, OSError) as error:
        return str(error)
    return ""


def _stop(config: pytest.Config, message: str, code: int) -> NoReturn:
    """End with a code that pytest has no exception for: one line that says why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        pytest.exit(message, returncode=code)
    reporter.write_line(f"ERROR: {message}", red=True)
    pytest.exit(in_words(code), returncode=code)


def _check_summary(run: Run) -> None:
    """End with 4 while there is nothing to lose, where the summary cannot be written."""
    path = run.options.summary
    if path is not None:
        try:
            path.open("a", encoding="utf-8").close()
        except OSError as error:
            run.options = dataclasses.replace(run.options, summary=None)
            message = f"--summary: expected a file that can be written, got {error}"
            raise pytest.UsageError(message) from error


def _check_filter(config: pytest.Config, run: Run) -> None:
    """End with one line when a filter is mistyped (4), or leaves no clause (5)."""
    if mistyped := options.mistyped(run.options):
        run.trouble = mistyped
        raise pytest.UsageError(mistyped)
    if any(run.selects(clause) for clause in run.clauses.values()):
        return
    levels = ", ".join(Level(level) for level in run.options.levels)
    asked = " ".join(f"--clause {prefix}" for prefix in run.options.clauses) or "no --clause"
    run.trouble = (
        f"nothing to run: no clause of level {levels} that is in force under this Python matches "
        f"{asked}; --list shows all of them"
    )
    _stop(config, run.trouble, Exit.NOTHING_RAN)
