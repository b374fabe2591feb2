"""What the tests send to workers, importable in a spawned child."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

BLOCK_S = 600.0  # longer than any test: only a kill ends it


class Item(NamedTuple):
    """An item that keeps a diary outside of the pool."""

    diary: str
    number: int
    spin_s: float


def write_down(item: Item) -> int:
    """Note the start, spin, note the end; return the item's number."""
    diary = os.open(item.diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(diary, b"start %d\n" % item.number)
    until = time.perf_counter() + item.spin_s
    while time.perf_counter() < until:
        pass
    os.write(diary, b"end %d\n" % item.number)
    os.close(diary)
    return item.number


def written_down(diary: str) -> list[int]:
    """Return the numbers of the items that have ended, in that order."""
    return [int(line.split()[1]) for line in Path(diary).read_text().splitlines() if "end" in line]


def write_down_at_length(size: int, item: Item) -> bytes:
    """Do as `write_down`, and return the number as often as it fits into `size` bytes."""
    return write_down(item).to_bytes(4) * (size // 4)


def die_at(item: tuple[int, int]) -> int:
    """Return the item's number, but at one item kill the worker."""
    number, fatal = item
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def exit_with(code: int) -> None:
    """End the worker at once."""
    os._exit(code)


def square(number: int) -> int:
    """Return the square."""
    return number * number


def block(started: str) -> None:
    """Say that the task has started, then block."""
    Path(started).touch()
    time.sleep(BLOCK_S)


def block_at(fatal: int, started: str, number: int) -> int:
    """Return the item's number, but at one item block."""
    if number == fatal:
        block(started)
    return number


def read_all(path: str) -> bytes:
    """Return what a file holds; of a FIFO, what is written until it is closed."""
    return Path(path).read_bytes()


def block_deaf(started: str) -> None:
    """As `block`, deaf to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    block(started)


def fail_to_start() -> None:
    """Raise, as an initializer may."""
    raise ValueError("no start today")


def in_fork(pool: Any, result: Any) -> list[str]:
    """Fork, use a pool and a handle of the parent there, and join; return what came of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        calls = (lambda: pool.map(square, [1]), result.get, pool.join)
        words = [_words_of(call) for call in calls]
        os.write(writer, "\n".join(words).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        words = stream.read().splitlines()
    os.waitpid(child, 0)
    return words


def _words_of(call: Any) -> str:
    try:
        return f"value {call()!r}"
    except BaseException as error:  # noqa: BLE001  the child must report whatever it is
        return f"{type(error).__name__}: {error}"


def fork_and_return(number: int) -> int:
    """Come back twice: in the worker, and in a process that it has forked."""
    os.fork()
    return number


class BlocksOnPickling:
    """Blocks the dispatcher's thread for as long as the gate is shut."""

    def __init__(self, gate: threading.Event) -> None:
        self.gate = gate
        self.entered = threading.Event()

    def __reduce__(self) -> tuple[type[int], tuple[()]]:
        self.entered.set()
        self.gate.wait(BLOCK_S)
        return int, ()
