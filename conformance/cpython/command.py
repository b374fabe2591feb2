"""The command: hold pools to the pool tests of this interpreter.

python -m conformance.cpython --pool multiprocessing:Pool --pool poolproof:Pool
"""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Final, NoReturn

from ..harness.options import Options
from ..harness.processes import adopt_orphans
from ..harness.readiness import UnusableSubjectError
from ..harness.records import RecordError, refusal, unwritten
from ..harness.signals import Interruption
from ..harness.zygotes import ZygoteError
from .campaign import Campaign, carry_out, select
from .discover import DiscoveryError, discover
from .probing import probe
from .records import RecordFile, default_path
from .results import TestResult
from .summary import Display, Terminal
from .testpackage import missing_test_package

DEFAULT_POOLS: Final = ("poolproof:Pool", "multiprocessing:Pool")
DEFAULT_TIMEOUT_S: Final = 60.0  # the longest test takes 10 s, more on a busy machine
LONGEST_TIMEOUT_S: Final = 86_400.0  # a day; beyond some weeks no poll takes it


class Exit(IntEnum):
    """Exit codes; those of `pytest conformance` where the situation is the same."""

    PASSED = 0
    FAILED = 1
    INTERRUPTED = 2
    SUITE_FAILED = 3
    USAGE = 4
    NOTHING_RAN = 5
    NO_SUBJECT = 6
    NO_TEST_PACKAGE = 8


EXIT_CODES: Final = """exit codes:
  0  every test passed or was skipped
  1  a test failed, hung or took its interpreter down
  2  interrupted; the record file holds what had ended by then
  3  the suite itself failed
  4  an option is wrong, or the operating system
  5  nothing ran: no test matches, or no subject has the start method
  6  a subject does not import, or is no pool
  8  this interpreter comes without CPython's test package
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    interruption = Interruption()
    try:
        return _held(options, interruption)
    except RecordError as error:
        return _refuse(Exit.SUITE_FAILED, unwritten(error))
    except KeyboardInterrupt:
        return _refuse(Exit.INTERRUPTED, "interrupted")
    finally:
        interruption.close()


def _held(options: argparse.Namespace, interruption: Interruption) -> Exit:
    """Do what is asked for; an interruption ends the class under way, too."""
    if options.record and (refused := refusal(options.record)):
        return _refuse(Exit.USAGE, refused)
    missing = missing_test_package()
    if missing is not None:
        return _refuse(Exit.NO_TEST_PACKAGE, missing)
    pools = tuple(dict.fromkeys(options.pool or DEFAULT_POOLS))
    methods = tuple(options.start_method) if options.start_method else None
    try:
        tests = discover(pools[0], multiprocessing.get_start_method())
    except DiscoveryError as error:
        return _refuse(Exit.NO_TEST_PACKAGE, str(error))
    selected = select(tests, options.test)
    if not selected:
        wanted = ", ".join(options.test)
        return _refuse(Exit.NOTHING_RAN, f"no test matches {wanted}; --list shows all {len(tests)}")
    if options.list:
        Terminal().lines(selected)
        return Exit.PASSED
    try:
        subjects = probe(Options(pools=pools, start_methods=methods))
    except UnusableSubjectError as error:
        return _refuse(Exit(error.code), str(error))
    except ZygoteError as error:
        return _refuse(Exit.SUITE_FAILED, str(error))
    absent = [str(subject.reason) for subject in subjects if not subject.available]
    if absent:
        return _refuse(Exit.NO_SUBJECT, "; ".join(absent))
    campaign = Campaign(subjects=subjects, tests=selected, timeout_s=options.timeout)
    adopt_orphans()
    return _run(campaign, options, interruption)


def _run(campaign: Campaign, options: argparse.Namespace, interruption: Interruption) -> Exit:
    """Carry the campaign out, with a record file and a summary."""
    runs = campaign.class_runs()
    if not runs:
        wanted = ", ".join(options.start_method)
        return _refuse(Exit.NOTHING_RAN, f"no subject has a start method out of: {wanted}")
    terminal = Terminal()
    display = Display(terminal)
    started = datetime.now(UTC)
    expected = sum(len(run.methods) for run in runs)
    path = options.record or default_path(started)
    try:
        record = RecordFile(path, named=options.record is not None)
    except OSError as error:
        return _refuse(Exit.USAGE, f"--record: expected a file that can be written, got {error}")

    def take(result: TestResult) -> None:
        record.test(result)
        interruption.check()

    with record:
        record.header(
            started=started,
            subjects=campaign.subjects,
            start_methods=list(dict.fromkeys(run.start_method for run in runs)),
            patterns=options.test,
            timeout_s=campaign.timeout_s,
            expected=expected,
        )
        try:
            results = carry_out(runs, display, take)
        except KeyboardInterrupt:
            kept = f"interrupted; what had ended by then is recorded in {record.path}"
            return _refuse(Exit.INTERRUPTED, kept)
        code = Exit.PASSED if all(result.sound for result in results) else Exit.FAILED
        record.footer(results, expected=expected, exit_code=code)
    display.summary(results)
    terminal.lines([f"recorded in {record.path}"])
    return code


def _refuse(code: Exit, message: str) -> Exit:
    """Say in one line why the run is not what was asked for."""
    print(f"error: {message}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser with pytest's exit code for wrong usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and exit."""
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=f"python -m {__package__}",
        description="Hold pools to this interpreter's own pool tests (test._test_multiprocessing).",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--pool",
        action="append",
        metavar="MODULE:ATTR",
        help=f"a pool under test; may be repeated (default: {' and '.join(DEFAULT_POOLS)})",
    )
    add(
        "--start-method",
        action="append",
        choices=multiprocessing.get_all_start_methods(),
        help="may be repeated (default: all that the pool has)",
    )
    add(
        "--test",
        action="append",
        default=[],
        metavar="PATTERN",
        help="a test, a class or Class.test, as --list shows it or as in CPython's source "
        "(_TestPool), wildcards allowed; may be repeated (default: all)",
    )
    add("--list", action="store_true", help="print the tests that would run, and exit")
    add("--record", type=Path, metavar="FILE", help="where to record the results (JSON lines)")
    add(
        "--timeout",
        type=_seconds,
        default=DEFAULT_TIMEOUT_S,
        metavar="SECONDS",
        help="for each test, and for the set-up of each class (default: %(default)g)",
    )
    return parser


def _seconds(text: str) -> float:
    """Return a number of seconds that can be waited; ArgumentTypeError for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT_S:
        expected = f"expected seconds above 0 and up to {LONGEST_TIMEOUT_S:g}, a day"
        raise argparse.ArgumentTypeError(f"{expected}, got {text!r}")
    return seconds
