"""Every call a body makes on its subject, written down as source before it is made.

The file is what a stand-alone script is rendered from (see `script`): it is
complete up to the call that hangs or kills the process.  What has no source text,
or is done in a way that a list of statements cannot show, is a line that says so.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import expect
from .sources import NoSourceError, Sources

PLACEHOLDER = "..."
RAISED = "# raised: "
"""Begins the line of a call that raised: its result's name, what catches it, what it was."""
MAY_RAISE = "# may raise: "
"""The same for a call of which the body awaited an error: another pool may raise there."""
NO_SCRIPT = "# no script: "
"""Begins the line that says why the case cannot be written as a script."""
RECORDED = "recorded"
"""What wraps a task in the side channel, as a script calls it: `tasks.recorded`."""
HISTORY = "history.jsonl"
"""The file in the body's folder that the side channel of tasks is."""


class Transcript:
    """Appends statements to a file, each flushed before the call it stands for.

    Guarantees: threads may write at once; a line is one write.  Only the thread that made it
    writes statements: what others call is no list of statements, and is told as such, but for
    the calls of a function that is in the script itself.
    """

    def __init__(self, folder: Path) -> None:
        self._stream = (folder / "transcript.txt").open("a", encoding="utf-8", buffering=1)
        self._thread = threading.get_ident()
        self._count = 0
        self.sources = Sources(str(folder), self._line)

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Write `rN = target.method(...)`; returns the name that the result goes by."""
        self._count += 1
        name = f"r{self._count}" if method else f"pool{self._count}"
        called = f"{target}.{method}" if method else target
        if self._is_written(f"another thread calls {called}()"):
            listed = [self._source(value, called) for value in args]
            listed += [f"{key}={self._source(value, called)}" for key, value in kwargs.items()]
            self._line(f"{name} = {called}({', '.join(listed)})")
        return name

    def statement(self, text: str) -> None:
        """Write a statement that is no call on the subject."""
        if self._is_written(f"another thread does this: {text}"):
            self._line(text)

    def no_script(self, why: str) -> None:
        """Say that the case cannot be written as a script."""
        self._line(NO_SCRIPT + " ".join(why.split()))

    @contextmanager
    def outcome_of(self, name: str) -> Iterator[None]:
        """Note whether the call raised whose result goes by this name.

        That it was expected to is noted before, for it may hang instead.
        """
        awaited = expect.awaited.get()
        if awaited and not (name.startswith("pool") and awaited is Exception):
            self._line(f"{MAY_RAISE}{name} {_caught(awaited)} {awaited.__name__}")
        try:
            yield
        except BaseException as error:
            # where an error was awaited, another pool may raise another
            kind = Exception if awaited and isinstance(error, Exception) else type(error)
            self._line(f"{RAISED}{name} {_caught(kind)} {type(error).__name__}")
            raise

    def close(self) -> None:
        """Close the file, and hold nothing any more."""
        self._stream.close()
        self.sources.forget()

    def _is_written(self, otherwise: str) -> bool:
        if self.sources.is_inside(sys._getframe()):  # noqa: SLF001 - the documented way to a frame
            return False
        if threading.get_ident() == self._thread:
            return True
        self.no_script(otherwise)
        return False

    def _source(self, value: Any, called: str) -> str:
        try:
            return self.sources.of(value)
        except NoSourceError as error:
            self.no_script(f"{called}() is given what has no source text, {error}")
            return PLACEHOLDER

    def _line(self, text: str) -> None:
        if not self._stream.closed:  # by a thread that outlives its body
            self._stream.write(f"{text}\n")


def _caught(kind: type[BaseException]) -> str:
    """Return the name of a built-in class that catches it."""
    if kind.__module__ == "builtins":
        return kind.__name__
    return "Exception" if issubclass(kind, Exception) else "BaseException"
