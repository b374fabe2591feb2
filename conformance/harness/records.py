"""The record file of a run: JSON lines, each flushed when it is written.

Header, one line a clause in force, one line a verdict, footer.  A file without
its footer is a run that was interrupted; what it holds is still true.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..place import records_folder
from ..specfile import Clause

SCHEMA = 1
SUITE_VERSION = "0.1.0"


_FIRST = '{"record": "header"'


def refusal(path: Path) -> str | None:
    """Say why no records go to a path, None where they may: nothing else is ever written over."""
    expected = f"--record: expected a file that can be written, got {str(path)!r}"
    try:
        if path.is_file():
            with path.open("r+", encoding="utf-8", errors="replace") as stream:
                begins = stream.read(len(_FIRST))
            if begins and begins != _FIRST:
                return f"{expected}, which holds no records of this suite; name another file"
        elif path.is_dir():
            return f"{expected}, which is a folder; name a file in it"
        elif not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not this very file: another run may be making it.
            tempfile.TemporaryFile(dir=path.resolve().parent).close()
    except OSError as error:
        return f"{expected}: {error.strerror}"
    return None


class RecordWriter:
    """Writes one record file; used by one thread.

    Guarantees: a line that was written is on its way to the disk whole, whatever
    happens to this process next.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("w", encoding="utf-8")

    def write(self, record: Mapping[str, Any]) -> None:
        """Append one record."""
        self._stream.write(json.dumps(record, default=str) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def default_path(now: datetime, kind: str = "conformance") -> Path:
    """Return where a run of now is recorded."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    return records_folder() / f"{kind}-{stamp}-py{platform.python_version()}.jsonl"


def header(**of_this_run: Any) -> dict[str, Any]:
    """Return the first line: the run and the machine it is on."""
    return {
        "record": "header",
        "schema": SCHEMA,
        "suite_version": SUITE_VERSION,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "executable": sys.executable,
        **of_this_run,
    }


def clause_line(clause: Clause) -> dict[str, Any]:
    """Return the line of one clause."""
    return {
        "record": "clause",
        "id": clause.id,
        "area": clause.area,
        "level": clause.level,
        "text": clause.text,
        "intent": clause.intent,
        "source": clause.source,
        "since": clause.since,
        "until": clause.until,
        "untested": clause.untested,
    }


def footer(*, ran: int, collected: int, expected: int, counts: Mapping[str, int], code: int) -> Any:
    """Return the last line: the run came to its end."""
    return {
        "record": "footer",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "ran": ran,
        "collected": collected,
        "expected": expected,
        "counts": dict(counts),
        "exit_code": code,
    }
