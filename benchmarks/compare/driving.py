"""The test process's end of a driver: start it, ask it, and be rid of it."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import IO

import psutil

from .protocol import Answer, Ask, Hello, Refusal, Sample

ROOT = Path(__file__).resolve().parents[2]
START_DEADLINE_S = 30.0
LEAVE_DEADLINE_S = 5.0
LOG_LINES = 3
LOG_TAIL_BYTES = 4096

_PROGRAM = "from benchmarks.compare.driver import main; main()"


class Driver:
    """One driver process, its socket, and its process group.

    Guarantees: for one thread.  However a question ends (answer, deadline, death), `close` leaves
    no process of the group behind.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - until close()
        self._answering = True  # busy or stuck: not worth waiting for when it has to go
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, subject, str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.greeting: Hello | Refusal = self._greet()

    def ask(self, question: Ask) -> Sample | Refusal:
        """Return the answer; a Refusal "hung" or "died" where there is none: close then."""
        with suppress(BrokenPipeError):  # a driver that died: the empty socket says so next
            self._connection.send(question)
        answer = self._answer(question.deadline_s)
        assert isinstance(answer, Sample | Refusal)
        return answer

    def close(self) -> None:
        """End the driver and whatever its group still holds."""
        if self._log.closed:
            return
        self._connection.close()
        if not self._answering:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LEAVE_DEADLINE_S)
        end_group(self._process.pid)
        self._process.wait()
        self._log.close()

    def _greet(self) -> Hello | Refusal:
        answer = self._answer(START_DEADLINE_S)
        assert isinstance(answer, Hello | Refusal)
        return answer

    def _answer(self, deadline_s: float) -> Answer:
        self._answering = True
        if not self._connection.poll(deadline_s):
            return Refusal("hung", f"no answer within {deadline_s:g} s; {self._last_words()}")
        try:
            answer: Answer = self._connection.recv()
        except (EOFError, ConnectionResetError):
            return Refusal("died", f"its process ended; {self._last_words()}")
        self._answering = False
        return answer

    def _last_words(self) -> str:
        """Return the end of what the driver and its workers wrote, on one line."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(size - LOG_TAIL_BYTES, 0))
        lines = self._log.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return "last output: " + " | ".join(said[-LOG_LINES:]) if said else "it wrote nothing"


def end_group(group: int) -> None:
    """End every process of a group: SIGTERM, then SIGKILL to what is left or came late.

    SIGTERM first: resource trackers ignore it, outlive the rest, and remove named semaphores and
    shared memory before they end by themselves.
    """
    for signum in (signal.SIGTERM, signal.SIGKILL):
        members = [process for process in psutil.process_iter() if _is_in(process, group)]
        for process in members:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signum)
        psutil.wait_procs(members, timeout=LEAVE_DEADLINE_S)


def _is_in(process: psutil.Process, group: int) -> bool:
    with suppress(psutil.Error, ProcessLookupError):
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    return False
