"""The record file of a run: JSON lines, written as the run goes, for `reports` to read.

{"record": "header", "schema": 1, "kind": "cpython", ...}   the run and the machine
{"record": "test", "subject", "start_method", "test", "result", "duration_s", "message"}
{"record": "footer", ...}                                   missing: the run was interrupted
"""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ..harness.readiness import ReadySubject
from ..harness.records import RecordWriter
from ..place import records_folder
from .results import TestResult, count, ran

SCHEMA: Final = 1


class RecordFile:
    """Writes one record a line; each method raises RecordError where the file takes no more.

    Guarantees: a line is on its way to the disk before the call that writes it returns, so that an
    interrupted run loses nothing but its footer, and no other run writes into the file.  Belongs to
    one thread.
    """

    def __init__(self, path: Path, *, named: bool) -> None:
        """Open it; `named` where the path was asked for.  Raises: OSError."""
        self._writer = RecordWriter(path, named=named)
        self.path = self._writer.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()

    def header(
        self,
        *,
        started: datetime,
        subjects: Sequence[ReadySubject],
        start_methods: Sequence[str],
        patterns: Sequence[str],
        timeout_s: float,
        expected: int,
    ) -> None:
        """Write what is run, on what, and how many results are to come."""
        self._writer.write(
            {
                "record": "header",
                "schema": SCHEMA,
                "kind": "cpython",
                "suite_version": _suite_version(),
                "started": started.isoformat(timespec="seconds"),
                "command": f"python -m {__package__} {' '.join(sys.argv[1:])}".strip(),
                **_machine(),
                "timeout_s": timeout_s,
                "test_filter": list(patterns),
                "start_methods": list(start_methods),
                "subjects": [{"name": s.name, "version": s.told["version"]} for s in subjects],
                "expected": expected,
            }
        )

    def test(self, result: TestResult) -> None:
        """Write one result."""
        self._writer.write({"record": "test", **asdict(result)})

    def footer(self, results: Sequence[TestResult], *, expected: int, exit_code: int) -> None:
        """Write what it came to; the last line of a run that was not interrupted."""
        self._writer.write(
            {
                "record": "footer",
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "ran": ran(results),
                "expected": expected,
                "counts": count(results),
                "exit_code": exit_code,
            }
        )


def default_path(started: datetime) -> Path:
    """Return where a run that started then is recorded."""
    return (
        records_folder() / f"cpython-{started:%Y%m%dT%H%M%SZ}-py{platform.python_version()}.jsonl"
    )


def _suite_version() -> str | None:
    """Return the version of the distribution that brings this suite; None in a bare checkout."""
    try:
        return version("poolproof")
    except PackageNotFoundError:
        return None


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "load_average": list(os.getloadavg()),
    }
