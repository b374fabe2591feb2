"""How a subject is told which start method to use.

Pools have no common way, so an adapter says how, or else the signature decides, in this order:

    bound    ATTR is a method of a context (`multiprocessing:Pool`, `billiard:Pool`): take the same
             method of that context's `get_context(m)`
    context  ATTR takes `context=`: pass the context `m` of its own family of modules
    engine   it starts workers in its own way only (`thread`, `ray`): there is nothing to set
    global   none of these: `set_start_method(m, force=True)`, for the process as a whole

The family is the nearest enclosing package that has contexts of its own (billiard and multiprocess
do, and refuse those of the standard library), else `multiprocessing`.
"""

import inspect
import multiprocessing
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal

Way = Literal["adapter", "bound", "context", "engine", "global"]


def way_to_start(target: Callable[..., Any], start_methods: tuple[str, ...]) -> Way:
    """Return the way in which `target` takes its start method."""
    if not set(start_methods) & set(multiprocessing.get_all_start_methods()):
        return "engine"
    if hasattr(getattr(target, "__self__", None), "get_context"):
        return "bound"
    if "context" in parameters_of(target):
        return "context"
    return "global"


def with_start_method(
    target: Callable[..., Any], way: Way, start_method: str
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return what to call instead of `target`, and the arguments to add.

    Under `global` the start method of the whole process changes and stays changed: a pool that
    asks for the default context again, to replace a worker, must find the same one.
    """
    if way == "bound":
        bound: Any = target
        context = bound.__self__.get_context(start_method)
        return getattr(context, bound.__name__), {}
    if way == "context":
        return target, {"context": family_of(target).get_context(start_method)}
    if way == "global":
        family_of(target).set_start_method(start_method, force=True)
    return target, {}


def family_of(target: object) -> Any:
    """Return the module that plays the part of `multiprocessing` for `target`."""
    path = inspect.getmodule(target)
    name = path.__name__ if isinstance(path, ModuleType) else ""
    while name:
        module = sys.modules.get(name)
        if hasattr(module, "get_context") and hasattr(module, "set_start_method"):
            return module
        name = name.rpartition(".")[0]
    return multiprocessing


def parameters_of(target: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters of `target`; empty where it has no signature."""
    try:
        return tuple(inspect.signature(target).parameters)
    except (TypeError, ValueError):
        return ()
