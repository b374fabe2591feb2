"""Pages that several tests look at, built once from records made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..__main__ import main
from . import samples, timing_samples, traces


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one of every kind of record file."""
    folder = tmp_path_factory.mktemp("records")
    run = [samples.header(), *samples.clauses(), *samples.failing(), samples.footer()]
    samples.write(folder / "conformance-20261123T200000Z-py3.13.0.jsonl", run)
    samples.write(folder / "cpython-20261123T200000Z-py3.13.0.jsonl", samples.cpython_tests())
    samples.write(folder / "teeth-20261123T200000Z-py3.13.0.jsonl", samples.teeth())
    timing_samples.write_json(
        folder / "compare-20261123T200000Z-py3.13.0.json", timing_samples.comparison()
    )
    timing_samples.write_asv(folder / "asv")
    return folder


@pytest.fixture(scope="session")
def report(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of those records, as `python -m reports` writes it."""
    out = tmp_path_factory.mktemp("site") / "report.html"
    arguments = ["--records", str(records), "--asv", str(records / "asv"), "--out", str(out)]
    assert main(arguments) == 0
    return out


@pytest.fixture(scope="session")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a trace with a starved worker."""
    folder = tmp_path_factory.mktemp("timeline")
    trace = timing_samples.write_json(folder / "trace.json", traces.starved())
    out = folder / "timeline.html"
    assert main(["--out", str(out), "timeline", str(trace)]) == 0
    return out
