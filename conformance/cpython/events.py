"""What a worker tells its runner: one JSON object a message, over a pipe."""

import json
import os
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Literal

from .results import Result

Pipe = Connection


@dataclass(frozen=True, kw_only=True)
class Event:
    """A test starts; a test has ended; or (`done`) every test has, and the class is torn down.

    Guarantees: immutable.
    """

    kind: Literal["start", "end", "done"]
    test: str = ""
    result: Result = "pass"
    duration_s: float = 0.0
    message: str | None = None


def send(pipe: Pipe, event: Event) -> None:
    """Send `event`; raises OSError when the runner is gone."""
    pipe.send_bytes(json.dumps(asdict(event)).encode())


def receive(pipe: Pipe, timeout_s: float) -> Event | None:
    """Return the next event, or None when `timeout_s` seconds pass without one.

    Raises EOFError when the worker has ended.
    """
    if not pipe.poll(timeout_s):
        return None
    return Event(**json.loads(pipe.recv_bytes()))


def worker_end(descriptor: int) -> Pipe:
    """Return the worker's end of the pipe, which no process that it starts will share.

    With a copy of it in a forked child, the runner would not see the worker end.
    """
    os.set_inheritable(descriptor, False)
    pipe: Pipe = Connection(descriptor, readable=False)
    os.register_at_fork(after_in_child=pipe.close)
    return pipe
