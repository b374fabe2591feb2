"""What runs in a body: the test function, the census after it, and the way out.

A body is forked from a clean zygote into a session of its own.  It reports
through a file, since a pipe's end would be inherited by every worker, and what
it reports is final: a body that hangs while it exits has reported before.
"""

import atexit
import contextlib
import faulthandler
import gc
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from hypothesis.errors import UnsatisfiedAssumption

from . import census
from .bound import BoundSubject
from .clock import BodyClock
from .expect import InjectorError, Mismatch, MissingMethod, NotSupported, Skip, StepFailed
from .phases import PhaseBoard
from .request import SMOKE, Request
from .verdicts import Verdict

STACKS_SIGNAL = signal.SIGRTMAX - 1
"""Asks any process of a body for its stacks; workers under fork inherit the handler."""

_ROOM = Path(__file__).resolve().parent.parent
_SUBJECT_SIDE = tuple(
    str(_ROOM / part)
    for part in (
        "subjects",
        "meta/broken",
        "meta/sound",
        "harness/bound.py",
        "faults/raises_on_dump.py",
        "faults/raises_on_load.py",
        "payloads.py",
    )
)
_CALLS = str(_ROOM / "harness" / "tracked.py")

_EVIDENCE = frozenset({Verdict.FAIL, Verdict.BLOCKED, Verdict.ERROR})
"""What a test function ends with that is told whatever comes after it."""

Test = Callable[..., Any]


def run(
    test: Test, arguments: dict[str, Any], request: Request, board: PhaseBoard, clock: BodyClock
) -> NoReturn:
    """Be the body: never returns, and runs nothing of the caller's on the way out."""
    folder = Path(request.folder)
    code = 1
    try:
        stacks = _settle_in(folder, request)
        report = _hold(test, arguments, request, board, clock)
        _write_report(folder, report)
        if report["verdict"] in (Verdict.PASS, Verdict.LEAK):
            with board.phase("interpreter exit"):
                _leave()
            code = 0
        stacks.close()
    except BaseException:  # noqa: BLE001 - the harness's own failure; the warden tells it
        _write_report(folder, {"verdict": Verdict.ERROR, "traceback": traceback.format_exc()})
    finally:
        os._exit(code)


def _settle_in(folder: Path, request: Request) -> Any:
    """Give the body a session, a memory cap, its output file and its stacks file."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the warden's handler is not for a subject
    output = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    stacks = (folder / "stacks.txt").open("a", encoding="utf-8")
    faulthandler.enable(stacks)
    faulthandler.register(STACKS_SIGNAL, stacks, all_threads=True)
    cap = request.memory_mib * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))
    temp = folder / "tmp"
    temp.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temp)
    return stacks


def _hold(
    test: Test, arguments: dict[str, Any], request: Request, board: PhaseBoard, clock: BodyClock
) -> dict[str, Any]:
    """Run the test function and count what it left; returns the report."""
    subject = BoundSubject(
        request.subject,
        request.start_method,
        request.deadline_s,
        board,
        clock,
        Path(request.folder),
    )
    try:
        if request.prepare:
            subject.prepare(request.needs)
    except BaseException as error:  # noqa: BLE001 - whatever the subject raises is a verdict
        return _failure(error)
    census.mark_semaphores()
    before = census.baseline()
    report = _try(test, subject, arguments, request)
    if report["verdict"] in _EVIDENCE:  # it stands, should `release` hang or end the process
        _write_report(Path(request.folder), report)
    report = _released(subject, report)
    subject.close()
    _untrace(arguments)
    passed = report["verdict"] is Verdict.PASS
    with board.phase("gc"):
        gc.collect()
    with board.phase("census"):
        patient = passed and request.clause != SMOKE  # a leak there is for the clauses to find
        left = subject.census(before, patient=patient)
    report["census"] = left.as_record()
    if passed and left:
        report |= {
            "verdict": Verdict.LEAK,
            "expected": "nothing left behind",
            "observed": f"left behind: {left}",
        }
    return report


def _try(
    test: Test, subject: BoundSubject, arguments: dict[str, Any], request: Request
) -> dict[str, Any]:
    """Run the test function; whatever it raises becomes a verdict here."""
    try:
        if request.needs:
            subject.require(*request.needs)
        return {"verdict": Verdict.PASS, "value": test(subject=subject, **arguments)}
    except UnsatisfiedAssumption:
        return {"verdict": Verdict.SKIP, "rejected": True}
    except NotSupported as unsupported:
        return {"verdict": Verdict.UNSUPPORTED, "message": str(unsupported)}
    except Skip as skip:
        return {"verdict": Verdict.SKIP, "message": str(skip)}
    except MissingMethod as missing:
        return {"verdict": Verdict.BLOCKED, "message": str(missing)}
    except BaseException as error:  # noqa: BLE001 - whatever the subject raises is a verdict
        return _failure(error)


def _released(subject: BoundSubject, report: dict[str, Any]) -> dict[str, Any]:
    """Have the engine end its runtime however the test ended; what that raises comes second."""
    try:
        subject.release()
    except BaseException as error:  # noqa: BLE001 - whatever the subject raises is a verdict
        failure = _failure(error)
        if report["verdict"] not in _EVIDENCE:
            return failure
        line, *more = report["message"].split("\n")  # records and summaries show the first line
        return {**report, "message": "\n".join([f"{line}; then {failure['message']}", *more])}
    return report


def _failure(error: BaseException) -> dict[str, Any]:
    text = "".join(traceback.format_exception(error))
    observed = f"{type(error).__name__}: {error}"
    report: dict[str, Any] = {"verdict": Verdict.FAIL, "observed": observed, "traceback": text}
    if isinstance(error, Mismatch):
        report |= {"expected": error.expected, "observed": error.observed, "message": str(error)}
        if isinstance(error, StepFailed):
            report["phase"] = error.step
    elif isinstance(error, InjectorError) or _is_ours(error):
        report |= {"verdict": Verdict.ERROR, "message": f"the suite's own failure: {observed}"}
    else:
        report["message"] = f"raised {observed}"
    traceback.clear_frames(error.__traceback__)  # or they keep the pool from being collected
    return report


def _is_ours(error: BaseException) -> bool:
    """Whether the suite's own code raised this, no subject having a hand in it.

    A subject has where it was called: what its caller's iterable or callback raises is ours, but
    that it comes out of this call, and not of another or of none, is the subject's doing.
    """
    frames = [str(Path(f.filename).resolve()) for f in traceback.extract_tb(error.__traceback__)]
    where = frames[-1] if frames else ""
    ours = where.startswith(str(_ROOM)) and not where.startswith(_SUBJECT_SIDE)
    return ours and _CALLS not in frames and not isinstance(error, AssertionError)


def _untrace(arguments: dict[str, Any]) -> None:
    """Let go of the frames that drawn exceptions hold once a pool of threads has raised them."""
    for value in arguments.values():
        if isinstance(value, BaseException):
            value.__traceback__ = value.__cause__ = value.__context__ = None


def _write_report(folder: Path, report: dict[str, Any]) -> None:
    partial = folder / "report.partial"
    partial.write_text(json.dumps(report, default=repr), encoding="utf-8")
    partial.rename(folder / "report.json")


def _leave() -> None:
    """Do what the interpreter does on its way out, short of tearing its modules down.

    The order is that of `Py_FinalizeEx`: non-daemon threads first, then atexit,
    where multiprocessing ends what pools forgot to.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - no public name
    atexit._run_exitfuncs()  # noqa: SLF001 - no public name; multiprocessing's own children do it
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
