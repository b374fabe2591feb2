"""What is sent to workers.  Every function can be imported by name in a spawned child.

Workers import this module before their first task, so it imports nothing that is slow.  Functions
are small and compose with `functools.partial`:

    pool.map(partial(fail_at, 7, partial(kill_self, SIGKILL)), range(20))
    pool.map(partial(recorded, history, square), range(20))

A task that must tell what it did uses the side channel, never the pool under test: it appends to
the file `history` one JSON object a line,

    {"event": "start" | "done" | "raised", "item": ..., "pid": ..., "thread": ..., "ns": ...}

`ns` is `time.monotonic_ns()`, one clock for all processes of a machine.  A start without an end is
a task that was cut off.
"""

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

_LOOK_S = 0.001  # between two looks at what nobody signals

_state: dict[str, Any] = {}
"""What the initializer left behind in this worker."""


def noop(_item: object = None) -> None:
    """Do nothing: what is left is the cost of the pool."""


def identity(item: Any) -> Any:
    """Return the item: arguments and results travel both ways."""
    return item


def echo(payload: Any) -> Any:
    """Return the payload; the same as `identity`, named for large arguments in benchmarks."""
    return payload


def square(item: int) -> int:
    """Return `item * item`: wrong order and wrong item both show."""
    return item * item


def zeros(size: int) -> bytes:
    """Return so many bytes."""
    return bytes(size)


def add(left: Any, right: Any) -> Any:
    """Return `left + right`: two arguments, for starmap and keywords."""
    return left + right


def arguments(*args: Any, **kwds: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return all arguments: what arrived in the worker, and under which names."""
    return args, kwds


def call(function: Callable[[], Any]) -> Any:
    """Return `function()`: gives each item of a job a task of its own."""
    return function()


def pid(_item: object = None) -> int:
    """Return the process id of the worker."""
    return os.getpid()


def sleep_s(seconds: float) -> float:
    """Sleep without using the processor and return `seconds`."""
    time.sleep(seconds)
    return seconds


def sleep_then(seconds: float, value: Any) -> Any:
    """Sleep `seconds` without using the processor, then return `value`."""
    time.sleep(seconds)
    return value


def burn(seconds: float) -> float:
    """Use `seconds` of processor time of this thread and return them."""
    end_ns = time.thread_time_ns() + int(seconds * 1e9)
    while time.thread_time_ns() < end_ns:
        pass
    return seconds


def raise_error(error: BaseException) -> NoReturn:
    """Raise `error`, which is built in the caller and travels as an argument."""
    raise error


def raise_for(item: object) -> NoReturn:
    """Raise `ValueError(item)`: the exception tells which item it belongs to."""
    raise ValueError(item)


def raise_caused(error: BaseException, cause: BaseException) -> NoReturn:
    """Raise `error` from `cause`, as `raise ... from ...` does."""
    raise error from cause


def raise_after(wait: Callable[[], object], error: BaseException) -> NoReturn:
    """Run `wait()`, then raise `error`: the time of an error is its caller's to choose."""
    wait()
    raise error


def kill_self(signum: int = signal.SIGKILL) -> None:
    """Send `signum` to this worker; SIGKILL ends it in the middle of the task."""
    os.kill(os.getpid(), signum)


def exit_now(code: int = 1) -> NoReturn:
    """End the worker at once with `code`: no clean-up, no exception."""
    os._exit(code)


def exit_cleanly(code: int = 0) -> NoReturn:
    """Raise `SystemExit(code)`, as user code does that calls `sys.exit`."""
    sys.exit(code)


def fail_at(bad: object, fault: Callable[[], object], item: Any) -> Any:
    """Run `fault()` when `item` equals `bad`; return the item otherwise."""
    if item == bad:
        fault()
    return item


def even_or_raise(item: int) -> int:
    """Return an even item; raise `ValueError(item)` for an odd one."""
    if item % 2:
        raise ValueError(item)
    return item


class Token:
    """A value that can be watched: unlike numbers and strings it takes weak references."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"Token({self.number})"


def remember(value: Any) -> None:
    """Keep `value` in this worker; meant as an initializer."""
    _state["value"] = value


def recall(_item: object = None) -> Any:
    """Return what `remember` kept in this worker; None if it never ran here."""
    return _state.get("value")


def state(_item: object = None) -> dict[str, Any]:
    """Return all that is kept in this worker: the same object each time."""
    return _state


def take_seed(settings: dict[str, int]) -> int | None:
    """Take the seed out of the settings and return it; None where it has been taken before."""
    return settings.pop("seed", None)


def count_calls(_item: object = None) -> tuple[int, int]:
    """Return this worker's process id and how many times it has run this task."""
    _state["calls"] = _state.get("calls", 0) + 1
    return os.getpid(), _state["calls"]


def wait_for_byte(fifo: str, limit_s: float, value: Any = None) -> Any:
    """Block until there is a byte in `fifo`, then return `value`; the byte stays for others.

    Raises TimeoutError after `limit_s` seconds.  The caller holds the FIFO open, so a byte once
    written lets every task through, also one that comes late.
    """
    descriptor = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(limit_s * 1000):
            raise TimeoutError(f"expected a byte in {fifo} within {limit_s} s, got none")
    finally:
        os.close(descriptor)
    return value


def send_byte(fifo: str, value: Any = None) -> Any:
    """Write one byte to `fifo`, which the caller holds open and waits on; return `value`."""
    descriptor = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.write(descriptor, b"!")
    finally:
        os.close(descriptor)
    return value


def begin_behind_all_earlier(begun: str, limit_s: float, item: tuple[int, float]) -> int:
    """Wait until every task of a lower number has begun, sleep, and return the number.

    An item is a number, from 0, and seconds to sleep; the file `begun` has a byte a task.
    Raises TimeoutError after `limit_s` seconds.
    """
    number, takes_s = item
    _begin(begun, number, range(number), limit_s)
    time.sleep(takes_s)
    return number


def begin_in_pairs(begun: str, limit_s: float, number: int) -> int:
    """Where the number is even, wait until the task of the next one has begun; return the number.

    Raises TimeoutError after `limit_s` seconds.
    """
    _begin(begun, number, range(number + 1, number + 2) if number % 2 == 0 else range(0), limit_s)
    return number


def _begin(begun: str, number: int, behind: range, limit_s: float) -> None:
    """Note in the file that this task has begun, and wait until those of a range have."""
    until = time.monotonic() + limit_s
    descriptor = os.open(begun, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, b"!", number)
        while (seen := os.pread(descriptor, len(behind), behind.start).count(b"!")) < len(behind):
            if time.monotonic() > until:
                raise TimeoutError(f"expected {len(behind)} tasks to begin, got {seen}")
            time.sleep(_LOOK_S)
    finally:
        os.close(descriptor)


def record(history: str, event: str, item: object) -> None:
    """Append one event to the file `history` in a single atomic write.

    Raises ValueError for an item whose line is longer than PIPE_BUF: it could be torn.
    """
    line = {
        "event": event,
        "item": item if isinstance(item, int | str) else repr(item),
        "pid": os.getpid(),
        "thread": threading.get_native_id(),
        "ns": time.monotonic_ns(),
    }
    data = json.dumps(line).encode() + b"\n"
    if len(data) > select.PIPE_BUF:
        raise ValueError(f"expected a line of at most {select.PIPE_BUF} bytes, got {len(data)}")
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(history, flags, 0o600)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def recorded(history: str, func: Callable[[Any], Any], item: Any) -> Any:
    """Run `func(item)` between a `start` and a `done` (or `raised`) in `history`."""
    record(history, "start", item)
    try:
        value = func(item)
    except BaseException:
        record(history, "raised", item)
        raise
    record(history, "done", item)
    return value
