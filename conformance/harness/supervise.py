"""Forks one body, waits for it under its deadline, and leaves nothing of it alive.

Runs in a warden, which has adopted orphans: whatever the body started ends up
below it.  The deadline is one of body time (see `clock`): a slow machine makes no HANG.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from . import body, census, history, processes
from .attempt import Attempt
from .clock import TICK_S, BodyClock
from .phases import PhaseBoard
from .request import Request
from .verdicts import Verdict

_MOST_OUTPUT = 20_000  # characters kept of what a body printed

OnIdle = Callable[[bool], None]


def attempt(
    test: body.Test, arguments: dict[str, Any], request: Request, on_idle: OnIdle
) -> Attempt:
    """Run one body to its verdict; `on_idle` hears when its tree stops and starts working."""
    folder = _fresh(Path(request.folder))
    board, clock = PhaseBoard(), BodyClock()
    shm_before = census.shared_names()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        body.run(test, arguments, request, board, clock)
    status = _wait(pid, request.deadline_s, clock, on_idle)
    duration_s = time.monotonic() - started
    seen = _hang(folder, board, pid) if status is None else _ended(folder, status, board)
    output = _read(folder / "output.txt")
    _account_for(seen, census.Exited(pid, folder / "tmp", output, shm_before), request, clock)
    seen.duration_s = round(duration_s, 4)
    seen.output = output[-_MOST_OUTPUT:]
    seen.transcript = _read(folder / "transcript.txt")
    seen.history = [event.as_record() for event in history.read(folder / "history.jsonl")]
    board.close()
    clock.close()
    return seen


def _fresh(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _wait(pid: int, deadline_s: float, clock: BodyClock, on_idle: OnIdle) -> int | None:
    """Wait for the body; its wait status, or None when it missed its deadline."""
    descriptor = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    try:
        while not poll.poll(TICK_S * 1000):
            was_idle = clock.idle
            waited_s = clock.look()
            if clock.idle is not was_idle:
                on_idle(clock.idle)
            if waited_s > deadline_s:
                return None
    finally:
        os.close(descriptor)
    return os.waitpid(pid, 0)[1]


def _hang(folder: Path, board: PhaseBoard, pid: int) -> Attempt:
    phase = board.read()
    stacks = _stacks(folder / "stacks.txt", pid)
    report = _report(folder)
    if report.get("verdict") in (None, Verdict.PASS, Verdict.LEAK):
        where = f" in {phase}" if phase else ""
        return Attempt(
            Verdict.HANG,
            phase=phase,
            stacks=stacks,
            message=f"does not return{where} within its deadline",
            expected="to return within the deadline",
            observed=f"still waiting{where}",
        )
    return Attempt.from_json({**report, "stacks": stacks})


def _ended(folder: Path, status: int, board: PhaseBoard) -> Attempt:
    report = _report(folder)
    code = os.waitstatus_to_exitcode(status)
    finished = report.get("verdict") not in (None, Verdict.PASS, Verdict.LEAK) or code == 0
    if report and finished:
        return Attempt.from_json(report)
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    phase = board.read()
    return Attempt(
        Verdict.CRASH,
        phase=phase,
        stacks=_read(folder / "stacks.txt") or None,
        message=f"the calling process died: {how}, in {phase or 'the test'}",
        expected="the calling process to survive",
        observed=f"died with {how}",
    )


def _account_for(seen: Attempt, exited: census.Exited, request: Request, clock: BodyClock) -> None:
    """Count what outlived the body, then end it and unlink it; a clean verdict turns to LEAK."""
    if seen.verdict in (Verdict.PASS, Verdict.LEAK):
        outlived = census.outlived(exited, request.deadline_s / 4, clock.look)
        found = census.Census.from_record(seen.census).plus(outlived)
        seen.census = found.as_record()
        if outlived and seen.verdict is Verdict.PASS:
            seen.verdict = Verdict.LEAK
            seen.expected = "nothing left behind"
            seen.observed = f"left behind after exit: {found}"
    processes.kill_descendants()
    census.sweep(exited)
    if seen.verdict is Verdict.LEAK:
        seen.message = seen.observed


def _report(folder: Path) -> dict[str, Any]:
    text = _read(folder / "report.json")
    report: dict[str, Any] = json.loads(text) if text else {}
    return report


def _stacks(path: Path, pid: int) -> str:
    """Ask the body and its descendants, where they can answer, where they are."""
    with contextlib.suppress(psutil.Error):
        for process in [psutil.Process(pid), *processes.descendants(pid)]:
            with path.open("a", encoding="utf-8") as stream:
                role = "the body" if process.pid == pid else "a process below it"
                stream.write(f"\n--- pid {process.pid}, {role}\n")
            if processes.catches(process.pid, body.STACKS_SIGNAL):
                size = path.stat().st_size
                process.send_signal(body.STACKS_SIGNAL)
                _await_growth(path, size)
    return _read(path).strip()


def _await_growth(path: Path, size: int, limit_s: float = 0.5) -> None:
    """Wait until the file has grown beyond `size` and then rests for one look."""
    limit = time.monotonic() + limit_s
    while time.monotonic() < limit:
        now = path.stat().st_size
        if now > size and now == _later_size(path):
            return
        time.sleep(0.005)  # the writer is a signal handler: it cannot tell us


def _later_size(path: Path) -> int:
    time.sleep(0.01)  # one look at a file that may still be growing
    return path.stat().st_size


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
