"""What the tasks of a frame may share without anybody noticing.

In the standard library a task is pickled together with the callable, and apart from all others: it
has copies of its own, and what it does to them no other task sees.  Frames may carry many tasks in
one pickle, and a worker keep a callable, only where there is nothing that a task could change.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Collection, Iterable
from itertools import chain
from multiprocessing.reduction import ForkingPickler
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any

# By identity: a metaclass may have its own idea of a hash, and of what is equal.
PLAIN = frozenset(map(id, (int, float, complex, bool, str, bytes, NoneType)))
NESTING = 3  # tuples in tuples that are looked into


def kinds_of(values: Iterable[Any]) -> set[int]:
    """Return the types of values, each by its identity."""
    return set(map(id, map(type, values)))


def plain(values: Collection[Any]) -> bool:
    """Tell whether nobody can change any of the values: numbers, strings, tuples of them."""
    if type(values) is range:
        return True
    for _ in range(NESTING):
        kinds = kinds_of(values) - PLAIN
        if kinds != {id(tuple)}:
            return not kinds
        values = list(chain.from_iterable(part for part in values if type(part) is tuple))
    return False


def plain_calls(tasks: Collection[tuple[Any, Any, Any]]) -> bool:
    """As `plain`, of the function, the arguments and the keywords of `apply` calls."""
    if kinds_of(tasks) != {id(tuple)}:  # one that came back has its pickle
        return False
    functions, arguments, keywords = zip(*tasks, strict=True)
    if kinds_of(functions) != {id(FunctionType)} or kinds_of(arguments) != {id(tuple)}:
        return False
    if kinds_of(keywords) != {id(dict)} or any(keywords):
        return False
    return plain(list(chain.from_iterable(arguments)))


def stateless(func: Callable[..., Any]) -> bool:
    """Tell whether a callable is pickled by its name: a function or a class of some module."""
    kind = type(func)
    if kind is BuiltinFunctionType:  # the method of an object takes that along
        return type(func.__self__) is ModuleType  # type: ignore[attr-defined]  # as all of its type
    # For these two, pickle looks at no table of reducers; for other metaclasses it does.
    return kind in (FunctionType, type) or (issubclass(kind, type) and not _by_value(kind))


def _by_value(kind: type) -> bool:
    return kind in copyreg.dispatch_table or kind in ForkingPickler._extra_reducers  # type: ignore[attr-defined]  # noqa: SLF001  has no public name
