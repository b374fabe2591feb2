"""The source text of what a body hands to a pool: how each object tells what it is in a script.

Three ways, tried in this order:
- an object that lives on (a pool, a gate's task, an event, the list that a callback fills) goes by
  a name: it has a method `in_script`, or was given its name by whoever made it;
- a function or a generator is what it was compiled from (see `closures`);
- any other value is what its `repr` evaluates to: classes of the suite have such a `repr`.
"""

import ast
import builtins
import functools
import inspect
import math
import types
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

from . import closures

FOLDER = "folder"
"""What a script calls the folder of its own that stands for the body's."""
_LONGEST = 4_000  # characters of one argument; longer ones would bury the script
_REPEATED = 60  # characters of one kind from which on they are written as a product
_COUNTED = 20  # items from which on a list of numbers in a row is written as a range


class NoSourceError(Exception):
    """There is no source text for this; the text says what it is."""


class Sources:
    """Tells values as source text, and writes what that text needs before it.

    It keeps what has a name alive, and nothing else: clauses ask what a pool keeps.
    """

    def __init__(self, folder: str, write: Callable[[str], object]) -> None:
        self._folder = folder
        self._write = write
        self._named: dict[int, tuple[str, Any]] = {}
        self._numbers: Counter[str] = Counter()
        self._written = set[types.CodeType]()

    def name(self, value: Any, name: str) -> None:
        """Have the value go by a name that the script binds."""
        self._named[id(value)] = name, value

    def new_name(self, kind: str) -> str:
        """Return a name that nothing else has."""
        self._numbers[kind] += 1
        return f"{kind}{self._numbers[kind]}"

    def is_inside(self, frame: types.FrameType | None) -> bool:
        """Whether this is called by a function that the script has: it makes the call itself."""
        while frame is not None and self._written:
            if frame.f_code in self._written:
                return True
            frame = frame.f_back
        return False

    def forget(self) -> None:
        """Let go of everything that has a name."""
        self._named.clear()

    def of(self, value: Any) -> str:
        """Return source text that gives the value again.

        Raises: NoSourceError.
        """
        text = self._of(value)
        if len(text) > _LONGEST:
            raise NoSourceError(f"{type(value).__name__} of {len(text)} characters")
        return text

    def _of(self, value: Any) -> str:
        named, _ = self._named.get(id(value), ("", None))
        if named:
            return named
        if tell := getattr(type(value), "in_script", None):
            return str(tell(value))
        if isinstance(value, functools.partial):
            inner = [self._of(part) for part in (value.func, *value.args)]
            inner += [f"{key}={self._of(part)}" for key, part in value.keywords.items()]
            return f"functools.partial({', '.join(inner)})"
        if isinstance(value, types.MethodType | types.BuiltinMethodType):
            return self._method(value)
        if isinstance(value, types.FunctionType | type):
            return self._function(value)
        if isinstance(value, types.GeneratorType):
            return self._generator(value)
        if type(value) in (list, tuple, dict, set):
            return self._collection(value)
        if isinstance(value, Iterator):
            return self._iterator(value)
        return self._plain(value)

    def _captured(self, value: Any) -> str:
        """Return the name of what a callback changes, or the source of what it only reads."""
        if type(value) not in (list, dict, set) or id(value) in self._named:
            return self._of(value)
        source, name = self._of(value), self.new_name("given")
        self.name(value, name)
        self._write(f"{name} = {source}")
        return name

    def _method(self, value: Any) -> str:
        owner = value.__self__
        if owner is None or isinstance(owner, types.ModuleType):
            return str(value.__qualname__)
        return f"{self._captured(owner)}.{value.__name__}"

    def _function(self, value: Any) -> str:
        if "<" not in value.__qualname__:
            return str(value.__qualname__)
        if isinstance(value, type):
            raise NoSourceError(f"{value.__qualname__}, a class of a function's own")
        node = self._compiled_from(value.__code__)
        name = "" if isinstance(node, ast.Lambda) else self.new_name(value.__name__)
        if name:
            self.name(value, name)  # before its own source: it may submit itself
        try:
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
        except ValueError:
            raise NoSourceError(
                f"{value.__qualname__}, which names what is not there yet"
            ) from None
        held = dict(zip(value.__code__.co_freevars, cells, strict=True))
        return self._defined(node, held, value.__globals__, name, value.__code__)

    def _generator(self, value: "types.GeneratorType[Any, Any, Any]") -> str:
        frame, code = value.gi_frame, value.gi_code
        if frame is None or inspect.getgeneratorstate(value) != inspect.GEN_CREATED:
            raise NoSourceError(f"the generator {value.__qualname__}, which has begun")
        held = dict(frame.f_locals)
        if "<" not in value.__qualname__:
            taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            return f"{value.__qualname__}({', '.join(self._captured(held[n]) for n in taken)})"
        node = self._compiled_from(code)
        name = "" if isinstance(node, ast.GeneratorExp) else self.new_name(value.__name__)
        source = self._defined(node, held, frame.f_globals, name, code)
        if not name:
            return source
        taken = code.co_varnames[: code.co_argcount]
        return f"{source}({', '.join(self._captured(held[n]) for n in taken)})"

    def _compiled_from(self, code: types.CodeType) -> closures.Node:
        node = closures.node_of(code)
        if node is None:
            raise NoSourceError(code.co_qualname)
        return node

    def _defined(
        self,
        node: closures.Node,
        held: dict[str, Any],
        seen: dict[str, Any],
        name: str,
        code: types.CodeType,
    ) -> str:
        """Return an expression for it; a definition is written first where it takes one."""
        free = (*code.co_freevars, *([".0"] if ".0" in held else []))
        bound = {each: self._captured(held[each]) for each in free if each in held}
        text = closures.source(node, bound, seen, name)
        self._written.add(code)
        if name:
            self._write(text)
        return name or f"({text})"

    def _collection(self, value: Any) -> str:
        if type(value) is dict:
            pairs = (f"{self._of(k)}: {self._of(v)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
        if type(value) is list and len(value) > 1 and all(v is value[0] for v in value):
            one = self._of(value[0])
            if len(one) * len(value) > _REPEATED:
                return f"[{one}] * {len(value)}"
        if type(value) is list and len(value) > _COUNTED and value == list(range(len(value))):
            return f"list(range({len(value)}))"
        inner = ", ".join(self._of(v) for v in value)
        if type(value) is list:
            return f"[{inner}]"
        if type(value) is tuple:
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return f"{{{inner}}}" if value else "set()"

    def _iterator(self, value: Any) -> str:
        """Tell a fresh iterator of the language by the call that makes it."""
        if type(value).__module__ != "builtins":
            raise NoSourceError(f"an iterator, {type(value).__name__}")
        make, arguments, *_ = value.__reduce__()
        return f"{make.__name__}({', '.join(self._of(each) for each in arguments)})"

    def _plain(self, value: Any) -> str:
        if isinstance(value, type({}.keys()) | type({}.values()) | type({}.items())):
            kind = type(value).__name__.removeprefix("dict_")
            return f"{self._of(dict(value.mapping))}.{kind}()"
        if isinstance(value, float) and not math.isfinite(value):
            return f"float('{value}')"
        if isinstance(value, int) and not isinstance(value, bool):
            return repr(int(value))  # a signal too
        if isinstance(value, PurePath):
            return f"pathlib.Path({self._of(str(value))})"
        if type(value) is str and value.startswith(self._folder):
            return f"{FOLDER} + {value.removeprefix(self._folder)!r}"
        if type(value) in (str, bytes) and len(value) > _REPEATED and len(set(value)) == 1:
            return f"{value[:1]!r} * {len(value)}"
        return _evaluable(value)


def _evaluable(value: Any) -> str:
    known = f"a {type(value).__name__}"
    try:
        text = repr(value)
        tree = ast.parse(text, "<repr>", "eval")
    except Exception:  # noqa: BLE001 - a subject's argument may have any repr at all
        raise NoSourceError(known) from None
    head = tree.body.func if isinstance(tree.body, ast.Call) else tree.body
    if isinstance(head, ast.Name) and head.id not in (type(value).__name__, *vars(builtins)):
        raise NoSourceError(known)
    return text
