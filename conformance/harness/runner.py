"""Keeps bodies running while pytest asks for one result after the other.

One thread, one select loop, no callbacks into pytest.  A body that uses the
processor takes one of `jobs` places; one that waits (most often: hangs) gives
its place up, so that a hanging subject costs seconds and not minutes.
"""

import json
import os
import selectors
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from .attempt import Attempt
from .request import Request
from .verdicts import Verdict
from .zygotes import Zygote, ZygoteError

_MOST_WAITING = 12  # idle bodies beside the working ones, for each place: bounds memory and pids


@dataclass(eq=False)
class Case:
    """One request and the zygote that serves it; identity is what tells cases apart."""

    request: Request
    zygote: Zygote
    attempt: Attempt | None = None
    idle: bool = False
    _unread: bytes = field(default=b"", repr=False)

    def feed(self, data: bytes) -> None:
        """Take what its warden wrote; the last line is the attempt."""
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "idle" in message:
                self.idle = message["idle"]
            else:
                self.attempt = Attempt.from_json(message["attempt"])

    def hung_up(self) -> None:
        """Take note that its warden is gone."""
        if self.attempt is None:
            self.attempt = Attempt(Verdict.ERROR, message="the warden of this body died")


class Runner:
    """Runs cases in the order they were added, `jobs` working ones at a time."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._waiting: deque[Case] = deque()
        self._running: dict[int, Case] = {}
        self._selector = selectors.DefaultSelector()

    def add(self, case: Case) -> None:
        """Queue a case behind the others."""
        self._waiting.append(case)

    def hurry(self, case: Case) -> None:
        """Queue a case before the others, unless it runs already."""
        if case in self._running.values():
            return
        if case in self._waiting:
            self._waiting.remove(case)
        self._waiting.appendleft(case)

    def result(self, case: Case) -> Attempt:
        """Run until this case has its attempt; other cases go on meanwhile."""
        while case.attempt is None:
            self._start_what_fits()
            self._pump()
        return case.attempt

    def close(self) -> None:
        """Forget what has not been asked for; closing the zygotes ends what runs."""
        self._waiting.clear()
        for pipe in list(self._running):
            self._forget(pipe)
        self._selector.close()

    def _start_what_fits(self) -> None:
        while self._waiting and self._has_place():
            case = self._waiting.popleft()
            try:
                pipe = case.zygote.fork(case.request)
            except ZygoteError as error:
                case.attempt = Attempt(Verdict.ERROR, message=str(error))
                continue
            self._running[pipe] = case
            self._selector.register(pipe, selectors.EVENT_READ)

    def _has_place(self) -> bool:
        working = sum(not case.idle for case in self._running.values())
        return working < self._jobs and len(self._running) < _MOST_WAITING * self._jobs

    def _pump(self) -> None:
        for key, _ in self._selector.select():
            pipe = key.fd
            case = self._running[pipe]
            data = os.read(pipe, 1 << 16)
            case.feed(data)
            if not data or case.attempt is not None:
                case.hung_up()
                self._forget(pipe)

    def _forget(self, pipe: int) -> None:
        del self._running[pipe]
        self._selector.unregister(pipe)
        os.close(pipe)
