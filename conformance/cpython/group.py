"""A worker and all that it starts: to look into, and to end."""

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

from ..harness import processes
from .interpreter import DUMP_SIGNAL, stack_file

STACKS_WAIT_S: Final = 2.0  # for stacks to be written; a stopped process never writes any
STACKS_POLL_S: Final = 0.05  # between two looks at the files; nothing signals that one is complete
MOST_STACKS: Final = 6  # processes whose stacks are worth reading; pool workers are all alike
MOST_OUTPUT: Final = 8_000  # bytes: last words, of a test that may have printed without end


class Group:
    """One worker, in a session and process group of its own, with all that descends from it.

    The calling process has adopted orphans and has no other children, so that every descendant it
    has is the worker's, in whatever session it hides.
    Guarantees: after `end` there is none.  Belongs to one thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        descriptor: int,
    ) -> None:
        self._folder = folder
        self._log = folder / "output.log"
        with self._log.open("wb") as log:
            self._worker = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[descriptor],
                start_new_session=True,
            )

    def wait(self, timeout_s: float) -> int | None:
        """Return the worker's exit code (minus the signal, if one ended it), or None if it runs."""
        try:
            return self._worker.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def printed(self) -> int:
        """Return how much the group has printed so far, in bytes."""
        return self._log.stat().st_size

    def output(self, since: int) -> str:
        """Return what the group has printed behind its first `since` bytes: the end of it."""
        with self._log.open("rb") as log:
            log.seek(max(since, self.printed() - MOST_OUTPUT))
            return log.read(MOST_OUTPUT).decode(errors="replace").strip()

    def stacks(self) -> str:
        """Return the stacks of all threads of the processes, the worker's first."""
        living = [p.pid for p in processes.descendants() if _is_live(p)]
        able = [pid for pid in living if stack_file(self._folder, pid).exists()]
        able.sort(key=lambda pid: (pid != self._worker.pid, pid))
        files = {pid: stack_file(self._folder, pid) for pid in able[:MOST_STACKS]}
        for pid in files:
            with contextlib.suppress(ProcessLookupError):  # it has ended just now
                os.kill(pid, DUMP_SIGNAL)
        _wait_until_written(list(files.values()))
        parts = [f"process {pid}:\n{file.read_text().strip()}" for pid, file in files.items()]
        if len(able) > MOST_STACKS:
            parts.append(f"and {len(able) - MOST_STACKS} more processes")
        return "\n\n".join(parts)

    def end(self) -> None:
        """Kill every process, and reap it."""
        self._worker.kill()
        self._worker.wait()
        processes.kill_descendants()


def _is_live(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_until_written(files: list[Path]) -> None:
    """Wait, for a bounded time, until every file has content and none grows any more."""
    deadline = time.monotonic() + STACKS_WAIT_S
    before: list[int] = []
    sizes = [file.stat().st_size for file in files]
    while time.monotonic() < deadline and (sizes != before or not all(sizes)):
        time.sleep(STACKS_POLL_S)
        before, sizes = sizes, [file.stat().st_size for file in files]
