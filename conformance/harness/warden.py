"""One clause, one subject, one start method: from a request to an attempt.

A warden is forked from the zygote for each request.  It adopts every orphan
below it, runs the body (or, for a property, a body an example), kills what is
left, and writes JSON lines to its pipe: {"idle": bool} whenever its tree stops
or starts using the processor, at last {"attempt": ...}.
"""

import contextlib
import dataclasses
import importlib
import json
import os
import shutil
import signal
import sys
import traceback
from types import ModuleType
from typing import Any, NoReturn

from .. import tasks
from . import in_scripts, processes, script, waiting
from .attempt import Attempt
from .explore import explore
from .request import Request
from .supervise import attempt
from .verdicts import BROKEN, Verdict


def be_warden(request: Request, pipe: int, zygote: int) -> NoReturn:
    """Serve the request and end; what happens to pytest, nothing below survives."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, _end_everything)
    processes.adopt_orphans()
    processes.die_with_parent(signal.SIGTERM, zygote)
    try:
        seen = _serve(request, pipe)
    except BaseException as error:  # noqa: BLE001 - told as the suite's own failure
        seen = Attempt(Verdict.ERROR, message=f"the suite's own failure: {error!r}")
        seen.traceback = traceback.format_exc()
    shutil.rmtree(request.folder, ignore_errors=True)
    _write(pipe, {"attempt": seen.as_json()})
    os._exit(0)


def _serve(request: Request, pipe: int) -> Attempt:
    test = getattr(importlib.import_module(request.module), request.function)

    def on_idle(idle: bool) -> None:
        _write(pipe, {"idle": idle})

    def run_one(arguments: dict[str, Any], deadline_s: float) -> Attempt:
        limited = dataclasses.replace(request, deadline_s=deadline_s)
        return attempt(test, arguments, limited, on_idle)

    if hasattr(test, "hypothesis"):
        inner = test.hypothesis.inner_test
        engine, test = test, inner
        seen = explore(engine, run_one, request)
    else:
        seen = run_one({}, request.deadline_s)
    if seen.verdict in BROKEN and seen.transcript:
        seen.script = script.render(seen, request, _named_in_scripts(request))
    return seen


def _named_in_scripts(request: Request) -> list[ModuleType]:
    """Return the modules whose functions and classes a transcript may name."""
    package = request.module.rpartition(".")[0]
    sent = (f"{package}.payloads", f"{package}.faults.")
    found = [module for name, module in sys.modules.items() if name.startswith(sent)]
    return [sys.modules[request.module], tasks, waiting, in_scripts, *found]


def _end_everything(_signum: int, _frame: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    processes.kill_descendants()
    os._exit(1)


def _write(pipe: int, message: dict[str, Any]) -> None:
    data = json.dumps(message, default=repr).encode() + b"\n"
    with contextlib.suppress(BrokenPipeError):
        view = memoryview(data)
        while view:
            view = view[os.write(pipe, view) :]
