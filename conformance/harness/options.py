"""The command line: what `pytest conformance` takes, checked before anything starts."""

import argparse
import difflib
import math
import multiprocessing
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from .. import place
from ..clauses import load_clauses
from ..specfile import Level
from . import budget

Number = TypeVar("Number", int, float)

DEFAULT_POOLS = ("poolproof:Pool", "multiprocessing:Pool")

_LONGEST_SCALE = 1000.0  # some minutes become days


@dataclass(frozen=True)
class Options:
    """One run's command line; None where the option was not given."""

    pools: tuple[str, ...]
    start_methods: tuple[str, ...] | None = None
    levels: tuple[Level, ...] = tuple(Level)
    clauses: tuple[str, ...] = ()
    strict: bool = False
    budget_scale: float = 1.0
    record: Path | None = None
    deviations: Path | None = None
    write_deviations: bool = False
    jobs: int = field(default_factory=budget.default_jobs)
    summary: Path | None = None
    examples: int | None = None
    shrink: bool = True
    oracle: bool = True
    """Whether to find out what the stdlib's pool does where a subject breaks a clause."""


def add_options(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("conformance", "holding pools to the specification")
    repeat: dict[str, Any] = {"action": "append", "default": []}
    group.addoption(
        "--pool",
        metavar="MODULE:ATTR",
        help=f"a subject; repeatable (default: {' and '.join(DEFAULT_POOLS)})",
        **repeat,
    )
    group.addoption(
        "--start-method",
        choices=multiprocessing.get_all_start_methods(),
        help="only under this start method; repeatable (default: all that a subject has)",
        **repeat,
    )
    group.addoption(
        "--level",
        choices=[*(level.value for level in Level), "all"],
        help="only clauses of this level; repeatable (default: all)",
        **repeat,
    )
    group.addoption(
        "--clause", metavar="PREFIX", help="only clauses whose id starts so; repeatable", **repeat
    )
    # --strict is pytest's own (its strict mode, which does no harm here); it is read below.
    group.addoption("--list", action="store_true", help="print the clauses and run nothing")
    group.addoption(
        "--budget-scale",
        type=_positive(float, _LONGEST_SCALE),
        default=1.0,
        metavar="X",
        help="stretch every deadline by this factor (default: 1)",
    )
    group.addoption("--record", type=Path, metavar="FILE", help="write the records here")
    group.addoption(
        "--summary",
        type=Path,
        metavar="FILE",
        help="append a summary in Markdown, for instance to $GITHUB_STEP_SUMMARY",
    )
    group.addoption(
        "--deviations",
        type=Path,
        metavar="DIR",
        help="the folder of the files of known failures "
        f"(default: {place.OWN_DEVIATIONS.name}; for a pool without a file there, the suite's)",
    )
    group.addoption(
        "--write-deviations",
        action="store_true",
        help="write what fails now to those files; what this run does not ask about stays",
    )
    group.addoption(
        "--jobs",
        type=_positive(int),
        default=budget.default_jobs(),
        metavar="N",
        help="bodies that work at once (default: one a processor)",
    )
    group.addoption(
        "--examples",
        type=_positive(int),
        metavar="N",
        help="examples a property is given, in the time of a deadline (default: its own settings)",
    )
    group.addoption(
        "--no-shrink",
        action="store_true",
        help="report the first failing example, not the smallest",
    )


def read_options(config: pytest.Config) -> Options:
    """Return the options of this run."""
    option = config.getoption
    levels = option("--level")
    folder = option("--deviations")
    if folder and not folder.is_dir():
        _refuse_folder(folder, makes=option("--write-deviations"))
    if option("--write-deviations"):
        _check_writable(folder or place.OWN_DEVIATIONS)
    return Options(
        pools=tuple(dict.fromkeys(option("--pool"))) or DEFAULT_POOLS,
        start_methods=tuple(option("--start-method")) or None,
        levels=tuple(Level) if not levels or "all" in levels else tuple(map(Level, levels)),
        clauses=tuple(option("--clause")),
        strict=bool(option("strict", default=False)),
        budget_scale=option("--budget-scale"),
        record=option("--record"),
        deviations=folder,
        write_deviations=option("--write-deviations"),
        jobs=option("--jobs"),
        summary=option("--summary"),
        examples=option("--examples"),
        shrink=not option("--no-shrink"),
    )


def command() -> str:
    """Return the command line of this process, as a shell takes it."""
    program = Path(sys.argv[0]).name
    started = ["python", "-m", "pytest"] if program == "__main__.py" else [program]
    return shlex.join([*started, *sys.argv[1:]])


def _refuse_folder(folder: Path, *, makes: bool) -> None:
    """Raise UsageError unless the folder of known failures can be made, and is to be."""
    expected = f"--deviations: expected a folder, got {str(folder)!r}"
    there = _nearest(folder)
    if not there.is_dir():
        raise pytest.UsageError(f"{expected}: {there} is a file; name the folder it is in")
    if not makes:
        raise pytest.UsageError(f"{expected}; to make it, say --write-deviations, too")


def _check_writable(folder: Path) -> None:
    """Raise UsageError, while there is nothing to lose, where no file can be made in the folder."""
    try:
        tempfile.TemporaryFile(dir=_nearest(folder)).close()
    except OSError as error:
        expected = f"expected a folder that can be written, got {str(folder)!r}"
        raise pytest.UsageError(f"--write-deviations: {expected}: {error.strerror}") from error


def _nearest(folder: Path) -> Path:
    """Return what is there of a path: itself, or the nearest of its parents."""
    return next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))


def mistyped(options: Options) -> str:
    """Say which `--clause` begins no clause, whatever its level; empty where each begins one."""
    ids = list(load_clauses())
    wrong = [p for p in options.clauses if not p or not any(name.startswith(p) for name in ids)]
    told = [f"{prefix!r} ({_meant(prefix, ids)})" for prefix in wrong]
    if not told:
        return ""
    return f"--clause: no clause begins with {', nor with '.join(told)}; --list shows all of them"


def _meant(prefix: str, ids: Sequence[str]) -> str:
    """Say what could be meant by what begins no id."""
    wanted = prefix.upper()
    case = f"ids are in capitals: {wanted}"
    if wanted and any(name.startswith(wanted) for name in ids):
        return case
    areas = list(dict.fromkeys(name.partition("-")[0] for name in ids))
    area = wanted.partition("-")[0]
    if area in areas:
        numbers = [name for name in ids if name.startswith(f"{area}-")]
        have = f"{area} has {numbers[0]} to {numbers[-1]}"
        return have if prefix == wanted else f"{have}; {case}"
    near = difflib.get_close_matches(area, areas)
    return f"is it {' or '.join(near)}?" if near else f"areas are {', '.join(areas)}"


def _positive(kind: type[Number], most: float = math.inf) -> Callable[[str], Number]:
    def read(text: str) -> Number:
        with suppress(ValueError):
            if 0 < (value := kind(text)) <= most:
                return value
        whole = "whole " if kind is int else ""
        bound = f" and at most {most:g}" if most < math.inf else ""
        raise argparse.ArgumentTypeError(f"expected a {whole}number above 0{bound}, got {text!r}")

    return read
