"""What a subject does when it is opened: run in a process of its own by `test_subjects`.

Prints one JSON object.  Nothing is judged here, and `__main__` has no file, so that no worker
imports anything but the task functions.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import psutil

from .. import tasks
from ..subjects import Subject, load

ENDLESS = 1_000
"""Items of an input that counts as endless, at `PACE_S` each."""

PACE_S = 0.002
"""Seconds an item of the endless input takes: a lazy engine has `ENDLESS` times that."""


def main() -> None:
    """Open the subject `argv[1]` under the start method `argv[2]`, twice; print what happened."""
    subject, start_method = load(sys.argv[1]), sys.argv[2]
    told = {"plain": _plain(subject, start_method), "options": _with_options(subject, start_method)}
    subject.release()
    print(json.dumps(told, default=repr))


def _plain(subject: Subject, start_method: str) -> dict[str, Any]:
    pool = subject.open(2, start_method=start_method)
    declared = subject.capabilities
    told = {
        "undelivered": declared.undelivered(pool),
        "undeclared": declared.undeclared(pool),
        "map": pool.map(tasks.square, range(7)),
        "tuples": pool.map(tasks.identity, [(1, 2), (3,)]),
        "starmap": pool.starmap(tasks.add, [(1, 2), (3, 4)]),
        "imap": list(pool.imap(tasks.square, range(7))),
        "apply": pool.apply(tasks.add, (1,), {"right": 2}),
        "started": _how_started(pool.map(tasks.pid, [None])[0]),
        "handle": None,
    }
    if declared.apply_async:
        handle = pool.apply_async(tasks.add, (1, 2))
        told["handle"] = [handle.get(20), handle.ready(), handle.successful()]
    told["after_error"] = _after_error(pool)
    told["reused"] = pool.map(tasks.square, range(3))
    told["lazy"] = _is_lazy(pool)
    subject.finish(pool)
    return told


def _after_error(pool: Any) -> list[Any]:
    """Read an `imap` in which the item 1 of 3 raises."""
    fault = partial(tasks.raise_for, 1)
    values, told = iter(pool.imap(partial(tasks.fail_at, 1, fault), range(3))), list[Any]()
    while True:
        try:
            told.append(next(values))
        except ValueError:
            told.append("raised")
        except StopIteration:
            return told


def _is_lazy(pool: Any) -> bool:
    """Say if `imap` gives its first result while its input goes on."""
    seen, ended = threading.Event(), []

    def items() -> Iterator[int]:
        for item in range(ENDLESS):
            yield item
            if seen.wait(PACE_S):
                return
        ended.append(True)

    values = iter(pool.imap(tasks.identity, items()))
    next(values)
    seen.set()
    for _ in values:
        pass
    return not ended


def _with_options(subject: Subject, start_method: str) -> dict[str, Any]:
    told: dict[str, Any] = {"recalled": None, "workers": None, "terminated": None}
    options: dict[str, Any] = {}
    if subject.capabilities.has("initializer", start_method):
        options |= {"initializer": tasks.remember, "initargs": ("kept",)}
    if subject.capabilities.has("maxtasksperchild", start_method):
        options |= {"maxtasksperchild": 1}
    pool = subject.open(2, start_method=start_method, **options)
    if "initializer" in options:
        told["recalled"] = pool.map(tasks.recall, [None])
    if "maxtasksperchild" in options:
        told["workers"] = len(set(pool.map(tasks.pid, range(3), 1)))
    if subject.capabilities.has("terminate", start_method):
        pool.terminate()
        told["terminated"] = True
        if subject.capabilities.join:
            pool.join()
    else:
        subject.finish(pool)
    return told


def _how_started(worker_pid: int) -> str:
    """Tell the start method from the process table: whose child, and running which command."""
    if worker_pid == os.getpid():
        return "thread"
    worker, here = psutil.Process(worker_pid), psutil.Process()
    if worker.ppid() != here.pid:
        return "forkserver"
    return "fork" if worker.cmdline() == here.cmdline() else "spawn"
