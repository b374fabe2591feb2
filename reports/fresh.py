"""`python -m reports --fresh`: run the suite and the benchmarks, one step after the other.

Each step is a command that a reader could type; what it prints is shown as it
comes. A step that fails or runs out of time does not stop the next one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).resolve().parent.parent
PEERS: Final = (
    "multiprocessing.pool:ThreadPool",
    "concurrent.futures:ProcessPoolExecutor",
    "loky:ProcessPoolExecutor",
    "joblib:Parallel",
    "billiard:Pool",
    "multiprocess:Pool",
    "mpire:WorkerPool",
    "pebble:ProcessPool",
)
# Too large for the extra `peers`: in a full run, a grey row with its pip line where it is missing.
LARGE_PEERS: Final = (
    "distributed:Client",
    "ray.util.multiprocessing:Pool",
    "torch.multiprocessing:Pool",
)
LEAVE_S: Final = 20.0  # what a step that was told to stop may take to write its last records

OUT_OF_TIME: Final = -1
PYTEST: Final = {
    0: "all passed",
    1: "a MUST clause failed; the report says which",
    2: "interrupted; what it had recorded is used",
    3: "the suite itself failed",
    4: "an option or a deviation file is wrong",
    5: "nothing ran",
    6: "no subject could be imported",
    7: "a subject failed the smoke level: its adapter is wrong",
}
COMPARE: Final = PYTEST | {
    1: "poolproof or the stdlib could not be timed; the report says why",
    3: "the comparison itself failed",
    4: "an option is wrong",
}
TEETH: Final = PYTEST | {1: "a broken pool escaped, or a sound one did not; the report says which"}
ASV: Final = {
    0: "done",
    1: "nothing ran: a wrong configuration, no git, or no commit to run",
    2: "some benchmarks failed; the others are recorded",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A command with the time it may take, and what its exit codes mean."""

    title: str
    arguments: tuple[str, ...]  # of this interpreter
    limit_s: float
    meanings: Mapping[int, str] = field(default_factory=lambda: PYTEST)
    findings: frozenset[int] = frozenset()  # codes that report on a peer: no failure of the step


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended."""

    step: Step
    code: int
    took_s: float

    @property
    def ok(self) -> bool:
        """Whether the step did what it is there for."""
        return self.code == 0 or self.code in self.step.findings

    @property
    def meaning(self) -> str:
        """The exit code in words."""
        if self.code == OUT_OF_TIME:
            return f"stopped after {self.step.limit_s:.0f} s, its limit; its records are used"
        return self.step.meanings.get(self.code, "it ended in a way it should not")


def steps(*, quick: bool) -> list[Step]:
    """Return the steps in order; with `quick` they take some 7 minutes on two cores.

    A limit stops what hangs, and so leaves a slow machine room; only the glance at peers is cut.
    """
    scale = 1 if quick else 10
    flag = ["--quick"] if quick else []
    return [
        *_suite_steps(quick=quick),
        Step(
            "Time all pools side by side",
            ("-m", "pytest", "benchmarks/compare", "-p", "no:cacheprovider", *flag),
            180 * scale,
            COMPARE,
        ),
        Step("Describe this machine to asv", ("-m", "asv", "machine", "--yes"), 30, ASV),
        Step(
            "Time this commit with asv",
            ("-m", "asv", "run", "--record-samples", "--show-stderr", *flag, "HEAD^!"),
            90 * scale,
            ASV,
        ),
    ]


def _suite_steps(*, quick: bool) -> list[Step]:
    suite = ("-m", "pytest", "conformance", "-p", "no:cacheprovider")
    own = (*suite, "--pool=poolproof:Pool", "--pool=multiprocessing:Pool")
    names = PEERS if quick else (*PEERS, *LARGE_PEERS)
    peers = (*suite, *(f"--pool={name}" for name in names))
    found = frozenset({1})
    if not quick:
        return [
            Step("Hold poolproof and the stdlib to every clause", own, 2400),
            Step("Hold the installed peers to every clause", peers, 3600, findings=found),
            Step(
                "Hold the suite to its broken and its sound pools",
                ("-m", "pytest", "conformance/meta", "-m", "teeth", "-p", "no:cacheprovider"),
                1800,
                TEETH,
            ),
        ]
    others = ("--level=MUST", "--start-method=spawn", "--start-method=forkserver")
    glance = ("--level=MUST", "--start-method=fork", "--no-shrink", "--examples=3")
    return [
        Step(
            "Hold poolproof and the stdlib to every clause under fork",
            (*own, "--start-method=fork"),
            300,
        ),
        Step(
            "Hold them to every MUST clause under spawn and forkserver",
            (*own, *others),
            300,
        ),
        Step(
            "Hold the installed peers to the MUST clauses",
            (*peers, *glance),
            180,
            findings=found | {OUT_OF_TIME},  # a glance: what it has seen is in the report
        ),
    ]


def run_all(*, quick: bool) -> bool:
    """Run every step, show how each ended, and return whether all went well."""
    console = Console(stderr=True)
    todo = steps(quick=quick)
    endings = []
    for number, step in enumerate(todo, start=1):
        console.rule(f"{number}/{len(todo)}  {step.title}")
        console.print(f"python {' '.join(step.arguments)}", style="dim", highlight=False)
        endings.append(run_step(step))
    console.print(_summary(endings))
    return all(ending.ok for ending in endings)


def run_step(step: Step) -> Ending:
    """Run one command in a process group of its own, within its limit."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *step.arguments],
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait(step.limit_s)
    except subprocess.TimeoutExpired:
        told = f"stopped by its time limit of {step.limit_s:.0f} s: the interrupt below is this"
        Console(stderr=True).print(f"\n{told}", style="bold", highlight=False)
        _stop(process)
        code = OUT_OF_TIME
    except KeyboardInterrupt:
        _stop(process)
        raise
    return Ending(step, code, time.monotonic() - started)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the group: as Ctrl-C does first, so that it closes its files and its workers."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(LEAVE_S)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment() -> dict[str, str]:
    """Put this interpreter's programs first: asv looks for Python and virtualenv on PATH."""
    own = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join((own, os.environ.get("PATH", os.defpath)))}


def _summary(endings: Sequence[Ending]) -> Table:
    table = Table("step", "took", "exit code", "meaning", title="What was run")
    for ending in endings:
        code = "none" if ending.code == OUT_OF_TIME else str(ending.code)
        style = None if ending.ok else "bold red"
        took = f"{ending.took_s:.0f} s"
        table.add_row(ending.step.title, took, code, ending.meaning, style=style)
    return table
