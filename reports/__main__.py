"""`python -m reports`: build the page, draw a timeline, or run everything afresh."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final

from .cpython_tests import build_cpython_tests
from .fields import RecordError
from .folder import left_out
from .fresh import run_all
from .history import build_history
from .load_asv import load_asv
from .load_compare import load_compare
from .load_conformance import load_conformance
from .load_cpython import load_cpython
from .load_teeth import load_teeth
from .page import render_report
from .teeth import build_teeth
from .timeline import draw_timeline
from .timings import build_timings

ROOM = Path(__file__).parent
RECORDS = ROOM / "records"
_PAGE_BEGINS: Final = b"<!DOCTYPE html>"
USAGE = """\
%(prog)s [-h] [--records DIR] [--asv DIR] [--out FILE] [--fresh [--quick]]
       %(prog)s timeline [-h] [--out PAGE] FILE"""
EPILOG = """\
exit codes:
  0  the page was written; its path is the last line
  1  there are no records to build it from
  2  an option is wrong, or the page cannot be written where --out says
  3  a record file is malformed; the message names file and line
  4  with --fresh: a step failed; the page was built from what there is
"""


class Exit(IntEnum):
    """Exit codes, as EPILOG lists them."""

    WRITTEN = 0
    NO_RECORDS = 1
    USAGE = 2
    MALFORMED = 3
    STEP_FAILED = 4


class _UnwritableError(Exception):
    """The page cannot be written; the message names the file and the reason."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.quick and not options.fresh:
        parser.error("--quick says how --fresh runs: give both, or neither")
    if options.fresh and options.records != RECORDS:
        parser.error(f"--fresh records to {RECORDS}: leave --records out")
    if options.records != RECORDS and not options.records.is_dir():
        parser.error(_no_folder(options.records))
    if options.out and (wrong := _no_place(options.out)):
        parser.error(wrong)
    try:
        if options.command == "timeline":
            return _timeline(options.file, options.out)
        steps_ok = run_all(quick=options.quick) if options.fresh else True
        code = _report(options.records, options.asv, options.out or ROOM / "site" / "report.html")
    except RecordError as error:
        print(f"python -m reports: {error}", file=sys.stderr)
        return Exit.MALFORMED
    except _UnwritableError as error:
        print(f"python -m reports: {error}", file=sys.stderr)
        return Exit.USAGE
    return code if code or steps_ok else Exit.STEP_FAILED


def _report(records: Path, asv: Path, out: Path) -> int:
    """Build the report from the files there are."""
    for path, reason in left_out(records):
        print(f"python -m reports: left out {path}: {reason}", file=sys.stderr)
    conformance = load_conformance(records)
    compared = load_compare(records)
    tracked = load_asv(asv)
    cpython = load_cpython(records)
    teeth = load_teeth(records)
    if all(frame.empty for frame in (conformance.runs, compared, tracked, cpython, teeth.runs)):
        print(_no_records(records, asv), file=sys.stderr)
        return Exit.NO_RECORDS
    page = render_report(
        conformance,
        build_timings(compared),
        build_history(tracked),
        build_cpython_tests(cpython),
        build_teeth(teeth),
    )
    _write(out, page)
    return Exit.WRITTEN


def _timeline(source: Path, out: Path | None) -> int:
    """Draw one trace file."""
    out = out or ROOM / "site" / f"timeline-{source.stem}.html"
    _write(out, draw_timeline(source))
    return Exit.WRITTEN


def _no_folder(records: Path) -> str:
    got = f"the file {records}" if records.exists() else f"{records}, which does not exist"
    return f"--records: expected a folder of record files, got {got}"


def _no_place(out: Path) -> str | None:
    """Return why `out` is no place for a page: what is there is no page, and would be lost."""
    if out.is_dir():
        return f"--out: expected a file, got the folder {out}; name a file in it"
    try:
        if out.is_file() and (begins := _beginning(out)) and begins != _PAGE_BEGINS:
            return f"--out: {out} is no page of this command, and stays as it is; name another file"
    except OSError as error:
        return f"--out: {out} cannot be read: {error.strerror}; name another file"
    return None


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(len(_PAGE_BEGINS))


def _write(out: Path, page: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise _UnwritableError(
            f"expected to write the page to {out}: {error.strerror}; name another file with --out"
        ) from error
    print(out.resolve())


def _no_records(records: Path, asv: Path) -> str:
    return (
        f"python -m reports: expected record files in {records} or {asv}, found none. Make some:\n"
        "  python -m pytest conformance                verdicts, clause by clause\n"
        "  python -m pytest benchmarks/compare         timings beside other pools\n"
        "  python -m conformance.cpython               CPython's own pool tests\n"
        "  python -m pytest conformance/meta -m teeth  the suite's own test\n"
        "  asv machine --yes && asv run 'HEAD^!'       timings of this commit\n"
        "or all of them at once:\n"
        "  python -m reports --fresh --quick"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        usage=USAGE,
        description="Turn record files into one self-contained HTML page and print its path.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--records",
        type=Path,
        metavar="DIR",
        default=RECORDS,
        help="where the records are, whatever their names (default: reports/records)",
    )
    add(
        "--asv",
        type=Path,
        metavar="DIR",
        default=ROOM.parent / ".asv" / "results",
        help="where asv keeps its results (default: .asv/results)",
    )
    add("--out", type=Path, metavar="FILE", help="the page to write (default: in reports/site)")
    add("--fresh", action="store_true", help="first run the suite and the benchmarks")
    add("--quick", action="store_true", help="with --fresh: a quick run of each")
    commands = parser.add_subparsers(
        title="instead of the report",
        description="(a folder of records is named by --records)",
        dest="command",
        prog="python -m reports",
        metavar="COMMAND",
    )
    timeline = commands.add_parser("timeline", help="draw a Chrome-trace file: a lane a worker")
    timeline.add_argument("file", type=Path, metavar="FILE", help="JSON with events of ph X")
    # SUPPRESS: not given here, the option before the word `timeline` stands.
    timeline.add_argument(
        "--out",
        type=Path,
        metavar="PAGE",
        default=argparse.SUPPRESS,
        help="the page to write (default: in reports/site)",
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
