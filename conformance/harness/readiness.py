"""Before any clause: does each subject import, how fast is this machine, does one task run.

Failing here is not the subject's fault against a clause but the adapter's, or
the command line's: one line, and an exit code of its own.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..place import ROOM
from .attempt import Attempt
from .budget import Budget
from .exits import Exit
from .options import Options
from .request import SMOKE, Request
from .ruling import ORACLE
from .runner import Case, Runner
from .verdicts import Verdict
from .zygotes import Zygotes

_MEMORY_MIB = 2048
_SLOW_SMOKE = 0.5  # of a deadline: an engine whose smoke test takes longer is slow to come and go
_LIVES = 2  # that such an engine may take besides, in a body that opens two pools
_CHECKS = f"{__package__}.checks"


class UnusableSubjectError(Exception):
    """A subject cannot be held to the clauses; `code` is the exit code that says why."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class ReadySubject:
    """A subject as its probe found it; `reason` says why one is not available."""

    name: str
    start_methods: tuple[str, ...]
    told: Mapping[str, Any]
    reason: str | None = None

    @property
    def available(self) -> bool:
        """Whether it can be held to anything here."""
        return self.reason is None

    def as_record(self) -> dict[str, Any]:
        """Return the subject's part of the record file's header."""
        return {
            "name": self.name,
            "version": self.told.get("version"),
            "distribution": self.told.get("distribution"),
            "requirement": self.told.get("requirement"),
            "available": self.available,
            "reason": self.reason,
            "start_methods": list(self.start_methods),
            "capabilities": self.told.get("capabilities", {}),
        }


@dataclass(frozen=True)
class Readiness:
    """The subjects of a run and the budget of its bodies."""

    subjects: Sequence[ReadySubject]
    budget: Budget
    oracle_methods: tuple[str, ...] = ()
    preloaded: frozenset[str] = frozenset()
    prepared: frozenset[str] = frozenset()
    smoke_s: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def deadline_s(self, subject: str, start_method: str) -> float:
        """Return the deadline of its bodies: a cluster that is slow to start is not hanging."""
        deadline_s = self.budget.deadline_s
        lives_s = self.smoke_s.get((subject, start_method), 0.0)
        slow = lives_s > _SLOW_SMOKE * deadline_s
        return round(deadline_s + _LIVES * lives_s, 2) if slow else deadline_s

    def preload(self, subject: str) -> bool:
        """Whether the subject's module may be imported in its zygote."""
        return subject in self.preloaded

    def prepare(self, subject: str) -> bool:
        """Whether the subject has a runtime to start before its first pool."""
        return subject in self.prepared


@dataclass(frozen=True)
class Checks:
    """Runs functions of `checks` as bodies."""

    zygotes: Zygotes
    runner: Runner
    folder: Path
    numbers: Iterator[int]
    options: Options

    def start(
        self, function: str, subject: str, start_method: str, deadline_s: float | None = None
    ) -> Case:
        """Queue one check.  Raises ZygoteError when its zygote does not start."""
        request = Request(
            module=_CHECKS,
            function=function,
            clause=SMOKE,
            subject=subject,
            start_method=start_method,
            deadline_s=deadline_s or Budget(0, self.options.budget_scale).first_s,
            folder=str(self.folder / str(next(self.numbers))),
            max_examples=1,
            memory_mib=_MEMORY_MIB,
        )
        zygote = self.zygotes.of(subject)
        zygote.await_ready()
        case = Case(request, zygote)
        self.runner.add(case)
        return case

    def result(self, case: Case) -> Attempt:
        """Return what a check came to."""
        return self.runner.result(case)


def make_ready(checks: Checks, *, smoke: bool) -> Readiness:
    """Probe all subjects, calibrate, and smoke-test them unless told not to.

    Raises: UnusableSubjectError; ZygoteError when a zygote does not start.
    """
    options = checks.options
    names = list(dict.fromkeys([*options.pools, ORACLE]))
    told = _probe(checks, names)
    oracle_methods = tuple(told[ORACLE]["start_methods"])
    timed = [checks.start("calibrate", ORACLE, method) for method in oracle_methods]
    subjects = [_subject(name, told[name], options) for name in options.pools]
    if not any(subject.available for subject in subjects):
        raise UnusableSubjectError("; ".join(str(s.reason) for s in subjects), Exit.NO_SUBJECT)
    calibration_s = max(_timed(checks.result(case)) for case in timed)
    budget = Budget(calibration_s, options.budget_scale)
    return Readiness(
        smoke_s=_smoke(checks, subjects, budget) if smoke else {},
        subjects=subjects,
        budget=budget,
        oracle_methods=oracle_methods if options.oracle else (),
        preloaded=frozenset(name for name in names if told[name].get("preload")),
        prepared=frozenset(name for name in names if told[name].get("prepares")),
    )


def probed(checks: Checks) -> list[ReadySubject]:
    """Return the subjects as their probes find them, and ask no more of them.

    Raises: UnusableSubjectError; ZygoteError when a zygote does not start.
    """
    told = _probe(checks, checks.options.pools)
    return [_subject(name, told[name], checks.options) for name in told]


def _probe(checks: Checks, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Import each subject in a body of its own; returns what each told of itself."""
    for name in names:
        checks.zygotes.of(name)  # all of them start before the first is waited for
    probes = {name: checks.start("probe", name, "fork") for name in names}
    return {
        name: _value(checks.result(case), f"importing {name}", Exit.NO_SUBJECT)
        for name, case in probes.items()
    }


def _timed(attempt: Attempt) -> float:
    """Return how long the stdlib's pool took; that it does not run here is no pool's fault."""
    if "AF_UNIX path too long" in f"{attempt.traceback}{attempt.message}":
        raise UnusableSubjectError(
            f"TMPDIR: expected a folder in which the path of a socket has room (107 bytes in all), "
            f"got {tempfile.gettempdir()!r}; set a shorter one, for instance TMPDIR=/tmp",
            Exit.SUITE_FAILED,
        )
    return float(_value(attempt, "timing the stdlib", Exit.SUITE_FAILED))


def _value(attempt: Attempt, what: str, code: Exit) -> Any:
    if attempt.verdict in (Verdict.PASS, Verdict.LEAK):
        return attempt.value
    text = attempt.traceback or attempt.message or attempt.observed
    if attempt.verdict is Verdict.ERROR:
        code = Exit.SUITE_FAILED
    raise UnusableSubjectError(f"{what} ended with {attempt.verdict}: {text}", code)


def _subject(name: str, told: Mapping[str, Any], options: Options) -> ReadySubject:
    if "problem" not in told:
        return ReadySubject(name, _methods(told, options), told)
    if "requirement" not in told:
        raise UnusableSubjectError(told["problem"], Exit.NO_SUBJECT)
    return ReadySubject(name, (), told, reason=told["problem"])


def _methods(told: Mapping[str, Any], options: Options) -> tuple[str, ...]:
    """Return the start methods to run under; an engine of its own kind has no choice."""
    own = tuple(told["start_methods"])
    wanted = options.start_methods
    if wanted is None or not set(own) & {"fork", "spawn", "forkserver"}:
        return own
    return tuple(method for method in own if method in wanted)


def _smoke(
    checks: Checks, subjects: Sequence[ReadySubject], budget: Budget
) -> dict[tuple[str, str], float]:
    """Smoke-test them; returns how long each took under each start method."""

    def _smoke_s(subject: ReadySubject, method: str) -> float:
        return budget.first_s if subject.told.get("prepares") else budget.smoke_s(method)

    started = [
        (subject, method, checks.start("smoke", subject.name, method, _smoke_s(subject, method)))
        for subject in subjects
        for method in subject.start_methods
    ]
    took_s = {}
    for subject, method, case in started:
        attempt = checks.result(case)
        if attempt.verdict not in (Verdict.PASS, Verdict.LEAK):
            raise UnusableSubjectError(
                f"{subject.name} under {method} {_smoke_trouble(attempt)}, no clause was tried",
                Exit.SMOKE_FAILED,
            )
        took_s[subject.name, method] = float(attempt.value)
    return took_s


def _raised(attempt: Attempt) -> str:
    """Say at which line that is none of the suite's it was raised; empty where none is known."""
    lines = re.findall(r'^  File "(.+)", line (\d+)', attempt.traceback or "", re.MULTILINE)
    foreign = [at for at in lines if ROOM not in Path(at[0]).resolve().parents]
    return f", in {foreign[-1][0]}, line {foreign[-1][1]}" if foreign else ""


def _smoke_trouble(attempt: Attempt) -> str:
    told = f"{attempt.message or attempt.observed or attempt.traceback}{_raised(attempt)}"
    if attempt.phase in ("prepare", "release"):
        goal = "start what its pools need" if attempt.phase == "prepare" else "end it"
        return (
            f"is not ready ({attempt.verdict}: {told}): expected the function that it declares as "
            f"{attempt.phase} to {goal} and to return; try that function by itself"
        )
    return (
        f"fails the smoke test ({attempt.verdict}: {told}): expected to open a pool, run "
        f"square(3) and end the pool; its adapter or its installation is wrong"
    )
