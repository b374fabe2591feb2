"""Holds many pools to chosen clauses in one run, without a pytest of its own."""

import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..clauses import mark_of
from ..harness.deviation_files import path_of
from ..harness.deviations import ANY_CLAUSE
from ..harness.options import Options
from ..harness.ruling import ORACLE, Ruling
from ..harness.run import Run, Test
from .table import known_of_the_stdlib

_ROOM = Path(__file__).resolve().parent.parent
_PACKAGE = (__package__ or "").rpartition(".")[0]


class Trial(NamedTuple):
    """One pool, the clause that it is held to, and the start method."""

    subject: str
    clause: str
    start_method: str


Judge = Callable[[Trial], Ruling]
"""Waits for the ruling of a trial; the other trials go on meanwhile."""


def clause_tests() -> dict[str, Test]:
    """Return the clause tests of the suite by clause id."""
    found = {}
    for path in sorted(_ROOM.glob("test_*.py")):
        module = importlib.import_module(f"{_PACKAGE}.{path.stem}")
        for name, member in inspect.getmembers(module, callable):
            if mark := mark_of(member):
                found[mark.clause.id] = Test(module.__name__, name, mark)
    return found


def raced_as_the_stdlib(ruling: Ruling) -> bool:
    """Whether it hung where the stdlib's own pool now and then does: then try it again.

    The pools of this folder inherit its races; they are neither their flaw nor an alarm.
    """
    races = [e for e in known_of_the_stdlib().entries if e.clause == ANY_CLAUSE]
    return any(race.covers(ruling.attempt) for race in races)


@contextmanager
def on_trial(trials: Iterable[Trial], examples: int | None = None) -> Iterator[Judge]:
    """Start all trials, in this order and as the processors allow; leave no process of them.

    `examples` are what a property is given at most; failures are not made small, and what the
    stdlib does is not asked: only whether they are caught counts here.
    """
    wanted = list(trials)
    tests = clause_tests()
    with tempfile.TemporaryDirectory(prefix="poolproof-meta-") as name:
        pools = dict.fromkeys(trial.subject for trial in wanted)
        nothing_known = path_of(Path(name), ORACLE)  # else what ships is: the stdlib's own failures
        nothing_known.touch()
        run = Run(_options(pools, Path(name), examples), "conformance.meta", smoke=False)
        try:
            run.prepare()
            ready = {subject.name: subject for subject in run.subjects}
            run.plan((tests[t.clause], ready[t.subject], t.start_method) for t in wanted)
            yield lambda trial: run.ruling_of(
                tests[trial.clause], trial.subject, trial.start_method
            )
        finally:
            run.close()


def _options(pools: Iterable[str], folder: Path, examples: int | None) -> Options:
    return Options(
        pools=tuple(pools),
        strict=True,
        record=folder / "record.jsonl",
        deviations=folder,
        examples=examples,
        shrink=False,
        oracle=False,
    )
