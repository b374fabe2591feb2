"""Holds many pools to chosen clauses in one run, without a pytest of its own."""

import importlib
import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..clauses import Level, mark_of
from ..harness.budget import default_jobs
from ..harness.options import Options
from ..harness.ruling import Ruling
from ..harness.run import Run, Test

_ROOM = Path(__file__).resolve().parent.parent
_PACKAGE = (__package__ or "").rpartition(".")[0]


def clause_tests() -> dict[str, Test]:
    """Return the clause tests of the suite by clause id."""
    found = {}
    for path in sorted(_ROOM.glob("test_*.py")):
        module = importlib.import_module(f"{_PACKAGE}.{path.stem}")
        for name, member in inspect.getmembers(module, callable):
            if mark := mark_of(member):
                found[mark.clause.id] = Test(module.__name__, name, mark)
    return found


@contextmanager
def opened_run(pools: Iterable[str], folder: Path, examples: int | None) -> Iterator[Run]:
    """Prepare a run of these pools that records into `folder`, and leave no process of it."""
    options = Options(
        pools=tuple(pools),
        start_methods=None,
        levels=tuple(Level),
        clauses=(),
        strict=True,
        budget_scale=1.0,
        record=folder / "record.jsonl",
        deviations=folder / "deviations",
        write_deviations=False,
        jobs=default_jobs(),
        examples=examples,
        shrink=False,
    )
    run = Run(options, "conformance.meta", smoke=False)
    try:
        run.prepare()
        yield run
    finally:
        run.close()


def rulings_of(
    wanted: Iterable[tuple[str, str, str]], folder: Path, examples: int | None = None
) -> dict[tuple[str, str, str], Ruling]:
    """Hold each (subject, clause id, start method) to its test, all in one run.

    `examples` are what a property is given at most; failures are not made small.
    """
    keys = list(wanted)
    tests = clause_tests()
    with opened_run(dict.fromkeys(subject for subject, _, _ in keys), folder, examples) as run:
        ready = {subject.name: subject for subject in run.subjects}
        run.plan((tests[clause], ready[subject], method) for subject, clause, method in keys)
        return {
            (subject, clause, method): run.ruling_of(tests[clause], subject, method)
            for subject, clause, method in keys
        }
