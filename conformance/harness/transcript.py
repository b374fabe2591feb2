"""Every call a body makes on its subject, written down as source before it is made.

The file is what a stand-alone script is rendered from (see `script`): it is
complete up to the call that hangs or kills the process.  Values are written so
that they can be evaluated again; what cannot is a placeholder and says so.
"""

import functools
import types
from pathlib import Path
from typing import Any

from .. import tasks

PLACEHOLDER = "..."
RAISED = "# raised: "
"""Begins the line of a call that raised: its result's name, what catches it, what it was."""
_LONGEST = 4_000  # characters of one argument; longer ones would bury the script


class Transcript:
    """Appends statements to a file, each flushed before the call it stands for.

    Guarantees: threads may write at once; a line is one write.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("a", encoding="utf-8", buffering=1)
        self._count = 0

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Write `rN = target.method(...)`; returns the name that the result goes by."""
        self._count += 1
        name = f"r{self._count}" if method else f"pool{self._count}"
        listed = [source_of(value) for value in args]
        listed += [f"{key}={source_of(value)}" for key, value in kwargs.items()]
        called = f"{target}.{method}" if method else target
        self._stream.write(f"{name} = {called}({', '.join(listed)})\n")
        return name

    def note(self, text: str) -> None:
        """Write a comment: what happens here that is no call on the subject."""
        self._stream.write(f"# {text}\n")

    def statement(self, text: str) -> None:
        """Write a statement that is no call on the subject."""
        self._stream.write(f"{text}\n")

    def raised(self, name: str, error: BaseException) -> None:
        """Note that the call whose result was to go by this name raised."""
        kind = type(error).__name__
        caught = kind if type(error).__module__ == "builtins" else "Exception"
        self._stream.write(f"{RAISED}{name} {caught} {kind}\n")

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def source_of(value: Any) -> str:
    """Return source text that gives the value again, `...  # what it was` if there is none."""
    text = _source(value)
    return text if len(text) <= _LONGEST else f"{PLACEHOLDER}"


def _source(value: Any) -> str:
    if isinstance(value, types.BuiltinFunctionType | types.FunctionType | type):
        return _named(value)
    if isinstance(value, functools.partial):
        if value.func is tasks.recorded:  # the side channel is the suite's, not the script's
            return _source(value.args[1])
        inner = [_source(value.func), *(_source(v) for v in value.args)]
        inner += [f"{k}={_source(v)}" for k, v in value.keywords.items()]
        return f"functools.partial({', '.join(inner)})"
    if type(value) in (list, tuple, dict, set):
        return _collection(value)
    return _evaluable(value)


def _named(value: Any) -> str:
    """Return the name of a function or class that goes by one; a method of an object does not."""
    bound_to = getattr(value, "__self__", None)
    anonymous = "<" in value.__qualname__ or not isinstance(bound_to, types.ModuleType | None)
    return PLACEHOLDER if anonymous else str(value.__qualname__)


def _collection(value: Any) -> str:
    if type(value) is dict:
        return "{" + ", ".join(f"{_source(k)}: {_source(v)}" for k, v in value.items()) + "}"
    inner = ", ".join(_source(v) for v in value)
    if type(value) is list:
        return f"[{inner}]"
    if type(value) is tuple:
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return f"{{{inner}}}" if value else "set()"


def _evaluable(value: Any) -> str:
    try:
        text = repr(value)
        compile(text, "<repr>", "eval")
    except Exception:  # noqa: BLE001 - a subject's argument may have any repr at all
        return PLACEHOLDER
    return text
