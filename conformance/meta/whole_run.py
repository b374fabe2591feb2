"""One whole run of `pytest conformance`, in a process of its own, for the tests that need one."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ..place import ROOM

LIMIT_S = 120.0  # seconds for one run on a machine that is busy with others


@dataclass
class Suite:
    """Runs the suite in a process whose descendants can be told by a mark they inherit."""

    record: Path
    deviations: Path
    mark: str

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run under fork."""
        command = [sys.executable, "-m", "pytest", str(ROOM), "-p", "no:cacheprovider"]
        command += ["--record", str(self.record), "--deviations", str(self.deviations)]
        return subprocess.Popen(
            [*command, "--start-method", "fork", *arguments],
            cwd=ROOM.parent,
            env={**os.environ, "POOLPROOF_META_MARK": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run to the end; exit code and what was printed."""
        with self.start(*arguments) as process:
            text, _ = process.communicate(timeout=LIMIT_S)
        return process.returncode, text

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of one kind; every line of the file has to be whole."""
        return _of_kind(kind, self.record.read_text(encoding="utf-8"))

    def records_so_far(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of one kind while the run is still writing.

        Who reads meanwhile sees a line that crosses a page of the file in two parts.
        """
        text = self.record.read_text(encoding="utf-8") if self.record.exists() else ""
        return _of_kind(kind, text[: text.rfind("\n") + 1])

    def survivors(self) -> list[psutil.Process]:
        """Return the processes that have the mark: descendants of a run, wherever they hid."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("POOLPROOF_META_MARK") == self.mark:
                    found.append(process)
        return found


def _of_kind(kind: str, text: str) -> list[dict[str, Any]]:
    return [record for record in map(json.loads, text.splitlines()) if record["record"] == kind]
