"""The record file of a teeth run: JSON lines, written as the run goes, for `reports` to read.

{"record": "header", "schema": 1, "kind": "teeth", ...}     the run and the machine
{"record": "clause", "id", "level", ..., "untested"}        every clause of SPEC.md
{"record": "pool", "pool", "sound", "wrong", "exempt"}      every pool of this folder
{"record": "trial", "pool", "clause", "start_method", "expected", "verdict", "as_expected", ...}
{"record": "footer", ...}                                   missing: the run was interrupted
"""

import shlex
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from ..clauses import load_clauses
from ..harness import records
from ..harness.ruling import Ruling
from .specimens import Specimen


class TeethRecord:
    """Writes one record a line; belongs to one thread.

    Guarantees: what was written is on its way to the disk whole, whatever happens next.
    """

    def __init__(
        self, broken: Iterable[Specimen], *, sound: Iterable[Specimen], expected: int
    ) -> None:
        path = records.default_path(datetime.now(UTC), kind="teeth")
        self._writer = records.RecordWriter(path, named=False)
        self._expected = expected
        self._counts: Counter[str] = Counter()
        command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
        self._writer.write(records.header(kind="teeth", command=command, expected=expected))
        for clause in load_clauses().values():
            self._writer.write(records.clause_line(clause))
        for pool in broken:
            self._pool(pool, sound=False)
        for pool in sound:
            self._pool(pool, sound=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def trial(
        self, pool: Specimen, ruling: Ruling, *, expected: str | None, as_expected: bool, tries: int
    ) -> None:
        """Write what a clause ruled on a pool; `expected` is the verdict on a broken one."""
        self._counts[ruling.verdict] += 1
        self._writer.write(
            {
                "record": "trial",
                "pool": pool.name,
                "clause": ruling.clause.id,
                "start_method": ruling.start_method,
                "expected": expected,
                "verdict": ruling.verdict,
                "as_expected": as_expected,
                "tries": tries,
                "message": ruling.reason or None,
                "phase": ruling.attempt.phase,
                "duration_s": ruling.attempt.duration_s,
            }
        )

    def finish(self, exit_code: int) -> None:
        """Write the footer: the run came to its end."""
        ran = self._counts.total()
        counts = dict(self._counts)
        self._writer.write(
            records.footer(
                ran=ran, collected=ran, expected=self._expected, counts=counts, code=exit_code
            )
        )

    def _pool(self, pool: Specimen, *, sound: bool) -> None:
        self._writer.write(
            {
                "record": "pool",
                "pool": pool.name,
                "sound": sound,
                "wrong": pool.wrong,
                "exempt": dict(pool.exempt or {}),
            }
        )
