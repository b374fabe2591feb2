"""What the command shows: a line a class while it runs, a table when all is done."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .results import RESULTS, Result, TestResult, count, ran
from .runner import ClassRun

STYLE: Final[dict[Result, str]] = {
    "pass": "green",
    "skip": "dim",
    "fail": "red",
    "error": "red",
    "hang": "bold red",
    "crash": "bold red",
}


class Terminal(Console):
    """What prints for the command: in silence, once nobody reads it any more (`| head`).

    The command does and records what it was asked for all the same.
    """

    def on_broken_pipe(self) -> None:
        """Lead what comes to nowhere, as rich does; it would then exit with 1, a failed test."""
        with suppress(SystemExit):
            super().on_broken_pipe()

    def lines(self, texts: Iterable[str]) -> None:
        """Print lines as they are."""
        self.print(*texts, sep="\n", markup=False, highlight=False, soft_wrap=True)


class Display:
    """Writes progress and summary to a console, a live line only where that is a terminal.

    Guarantees: belongs to one thread.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def class_under_way(self, run: ClassRun, results: Sequence[TestResult]) -> Iterator[None]:
        """Show that `run` is under way and, at its end, what it came to; `results` is growing."""
        name = f"{run.subject}  {run.start_method}  {run.case}"
        before = len(results)
        with self._console.status(escape(name)):
            yield
        own = results[before:]
        duration_s = sum(result.duration_s for result in own)
        self._say(f"{escape(name)}: {_counts(own)}, {duration_s:.1f} s")

    def unsound(self, result: TestResult) -> None:
        """Show a result that speaks against the subject, by the line that says most."""
        line = escape(f"{result.test}: {_gist(result)}")
        self._say(f"  [{STYLE[result.result]}]{result.result}[/] {line}")

    def summary(self, results: Sequence[TestResult]) -> None:
        """Show a table, a row a subject and start method."""
        table = Table(title="CPython's own pool tests", box=SIMPLE_HEAD, padding=0)
        table.add_column("subject", overflow="fold", min_width=16)
        table.add_column("start method", no_wrap=True)
        for name in ("tests", *RESULTS, "time, s"):
            table.add_column(name, justify="right", no_wrap=True)
        for subject, method in dict.fromkeys((r.subject, r.start_method) for r in results):
            own = [r for r in results if (r.subject, r.start_method) == (subject, method)]
            table.add_row(
                subject,
                method,
                str(ran(own)),
                *(f"[{STYLE[name]}]{n}[/]" if n else "0" for name, n in count(own).items()),
                f"{sum(r.duration_s for r in own):.1f}",
            )
        self._console.print(table)

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)


def _counts(results: Sequence[TestResult]) -> str:
    """Return `20 pass, 5 skip`."""
    parts = [f"[{STYLE[name]}]{n} {name}[/]" for name, n in count(results).items() if n]
    return ", ".join(parts) or "no test"


def _gist(result: TestResult) -> str:
    """Return the line that says most: of a traceback the innermost exception, else the first."""
    lines = (result.message or "no message").partition("\n\noutput:\n")[0].splitlines()
    calls = [number for number, line in enumerate(lines) if line.lstrip().startswith("File ")]
    behind = lines[calls[-1] + 1 :] if calls and result.result in ("fail", "error") else []
    return next((line for line in behind if line and not line[0].isspace()), lines[0])
