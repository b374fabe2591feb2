"""From a name on the command line to a subject."""

import importlib
import importlib.metadata
import inspect
import multiprocessing.pool
import platform
import sys
import traceback
from collections.abc import Callable
from typing import Any

from .capabilities import FULL_API, METHODS, THREADS, Capabilities
from .declaring import declaration_of
from .errors import SubjectError, SubjectNotInstalledError
from .known import KNOWN, KnownSubject
from .subject import Subject

_IMPORTING = ("<frozen ", importlib.__file__, __file__, declaration_of.__code__.co_filename)
"""Files whose lines stand for an import or a declaration, and never for what went wrong in it."""


def load(name: str) -> Subject:
    """Import the pool called `name` (`MODULE:ATTR`, as `poolproof:Pool`) and return it.

    Nothing is executed but the import: no pool is made yet.

    Raises SubjectError, with one line that says what to do, when the name has another form, does
    not import, or is no pool; SubjectNotInstalledError when it is known but not installed here.
    """
    module_name, colon, attribute = name.partition(":")
    if not (colon and module_name and attribute):
        raise SubjectError(
            f"expected the pool as MODULE:ATTR, for instance multiprocessing:Pool, got {name!r}"
        )
    known = KNOWN.get(name)
    if known and not known.installed and known.pip_line:
        raise SubjectNotInstalledError(f"{name} is not installed: {known.pip_line}", known.pip_line)
    try:
        target = _attribute(name, importlib.import_module(module_name), attribute)
    except SubjectError:
        raise
    except (Exception, SystemExit) as error:  # a foreign module may do anything while it loads
        raise does_not_import(name, error) from error
    _check_is_pool(name, target, adapted=bool(known and known.adapter))
    declaration = declaration_of(target)
    return Subject(
        name=name,
        target=target,
        version=_version(module_name, known),
        capabilities=known.capabilities if known else _capabilities(target),
        known=known,
        declaration=None if known else declaration,
        adapted=bool(known and known.adapter) or bool(declaration and declaration.adapter),
    )


def does_not_import(name: str, error: BaseException) -> SubjectError:
    """Return what to raise where the module, or its `__getattr__`, has raised this."""
    reason = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    hint = _hint(name.partition(":")[0], error)
    return SubjectError(f"{name} does not import: {reason}; {hint}")


def _hint(module_name: str, error: BaseException) -> str:
    """Say where to look: for the module itself, or at the line of it that raised."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and f"{module_name}.".startswith(f"{missing}."):
        return "is the module installed here, and its folder on PYTHONPATH?"
    if isinstance(error, SyntaxError):
        return f"the module was found: see {error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_IMPORTING)]
    where = f"in {own[-1].filename}, line {own[-1].lineno}" if own else "while it was loaded"
    return f"the module was found, and raised this {where}"


def _attribute(name: str, module: Any, attribute: str) -> Any:
    found = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = [n for n in dir(found) if "pool" in n.lower() or "executor" in n.lower()]
            hint = f"; it has: {', '.join(near)}" if near else ""
            raise SubjectError(f"{name}: {module.__name__} has no attribute {part!r}{hint}")
        found = getattr(found, part)
    return found


def _check_is_pool(name: str, target: Any, *, adapted: bool) -> None:
    """Raise SubjectError unless `target` can be called as `Pool(processes=2)` to make a pool."""
    expected = "expected a class or function that is called like multiprocessing.Pool"
    if not callable(target):
        raise SubjectError(f"{name} is no pool: {expected}, got {type(target).__name__}")
    if adapted:
        return
    if isinstance(target, type) and not _may_have_methods(target):
        raise SubjectError(
            f"{name} is no pool: {expected}, got a class without map or apply; where only its "
            f"instances have them, say above it @declares(methods=[...])"
        )
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return
    try:
        signature.bind_partial(processes=2)
    except TypeError:
        raise SubjectError(
            f"{name} is no pool: {expected}, got one without the parameter processes: {signature}"
        ) from None


def _may_have_methods(target: type) -> bool:
    """Whether the instances may have methods of a pool: what they lack is told once one is open."""
    has_some = any(hasattr(target, method) for method in METHODS)
    return has_some or hasattr(target, "__getattr__") or declaration_of(target) is not None


def _capabilities(target: Callable[..., Any]) -> Capabilities:
    declaration = declaration_of(target)
    if declaration is not None:
        return declaration.capabilities
    if isinstance(target, type) and issubclass(target, multiprocessing.pool.ThreadPool):
        return THREADS
    return FULL_API


def _version(module_name: str, known: KnownSubject | None) -> str:
    package = module_name.partition(".")[0]
    if package in sys.stdlib_module_names:
        return platform.python_version()
    if known and known.distribution:
        return importlib.metadata.version(known.distribution)
    distributions = importlib.metadata.packages_distributions().get(package, ())
    return importlib.metadata.version(distributions[0]) if distributions else "unknown"
