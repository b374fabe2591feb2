"""The record file of a run: JSON lines, each flushed when it is written.

Header, one line a clause in force, one line a verdict, footer.  A file without
its footer is a run that was interrupted; what it holds is still true.
"""

import fcntl
import itertools
import json
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from ..place import records_folder
from ..specfile import Clause

SCHEMA = 1
SUITE_VERSION = "0.1.0"


_FIRST = '{"record": "header"'
_TAKEN = "which another run is writing; name another file, or wait for that run"


class RecordError(OSError):
    """A record file takes no more, or a disk is full; what it holds stays."""


def unwritten(error: OSError) -> str:
    """Say that a run ends because what it has found out does not get onto the disk."""
    return f"the results cannot be written: {error}; what has been written stays"


def refusal(path: Path) -> str | None:
    """Say why no records go to a path, None where they may: nothing else is ever written over."""
    expected = f"--record: expected a file that can be written, got {str(path)!r}"
    try:
        if path.is_file():
            with path.open("r+", encoding="utf-8", errors="replace") as stream:
                begins = stream.read(len(_FIRST))
                if not _locked(stream, fcntl.LOCK_SH):
                    return f"{expected}, {_TAKEN}"
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


def open_record(path: Path, *, named: bool) -> TextIO:
    """Open a record file that no other run writes as long as it is open.

    One that was `named` is begun anew.  Otherwise the path is where a run of this second goes, and
    of two that begin in one second the later one's has a number.  Raises: OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not "w": what another run has written stays until it is known that none writes.
    stream = path.open("a", encoding="utf-8") if named else _unused(path)
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        if not _locked(stream, fcntl.LOCK_EX):
            stream.close()
            raise BlockingIOError(f"{str(path)!r}, {_TAKEN}")
        stream.truncate(0)
    return stream


def _unused(path: Path) -> TextIO:
    for number in itertools.count(1):
        suffix = f"-{number}" if number > 1 else ""
        with suppress(FileExistsError):
            return path.with_stem(f"{path.stem}{suffix}").open("x", encoding="utf-8")
    raise AssertionError("unreachable")


def _locked(stream: TextIO, kind: int) -> bool:
    """Lock a file until it is closed; False when another run has it.

    A file system that knows no locks refuses nobody.
    """
    try:
        fcntl.flock(stream, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


class RecordWriter:
    """Writes one record file; used by one thread.

    Guarantees: a line that was written is on its way to the disk whole, whatever
    happens to this process next, and no other run writes into the file.
    """

    def __init__(self, path: Path, *, named: bool) -> None:
        self._stream = open_record(path, named=named)
        self.path = Path(self._stream.name)
        self._broken = False

    def write(self, record: Mapping[str, Any]) -> None:
        """Append one record.  Raises: RecordError."""
        line = json.dumps(record, default=str) + "\n"
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError as error:
            self._broken = True
            raise RecordError(error.errno, error.strerror, str(self.path)) from error

    def close(self) -> None:
        """Close the file; what did not go into it has been told."""
        try:
            self._stream.close()  # tries once more to write what is left
        except OSError:
            if not self._broken:
                raise


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
