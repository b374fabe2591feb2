"""The five doors by which CPython's tests reach a pool, each led to the subject.

1. `ProcessesMixin.Pool`, bound to `multiprocessing.Pool` when the test module is imported:
   see `lead_test_module`.
2. `multiprocessing.Pool`, which the tests of errors, lifetime and initializers call directly, and
   which a script imports by name.
3. `multiprocessing.pool.Pool` as seen through the package: the attribute `multiprocessing.pool`
   becomes a module that differs in `Pool` alone.  `sys.modules["multiprocessing.pool"]` stays the
   real one, because the stdlib's own code and `from multiprocessing.pool import ...` rely on it,
   and so do exceptions that are pickled by reference.
4. `SyncManager._registry["Pool"]`: a manager makes its pools in a server process, to which the
   registry is pickled, so that the callable must be importable: `open_pool` is.
5. `assert_python_ok`, which runs a script with `python -I`, where no environment variable and so
   no `sitecustomize` reaches it.

Doors 2 and 3 are opened in every interpreter of a run, the others in the worker.
"""

import functools
import multiprocessing
import multiprocessing.pool
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

from . import environment

_STDLIB_POOL: Final = multiprocessing.Pool
_STDLIB_MODULE: Final = multiprocessing.pool
_resolving = threading.Lock()  # a manager's server makes pools on several threads


def open_pool(*args: Any, **kwargs: Any) -> Any:
    """Make a pool of the subject; what stands behind every door."""
    return _subject()(*args, **kwargs)


class _PoolModule(ModuleType):
    """`multiprocessing.pool` with the subject for its `Pool`."""

    Pool = staticmethod(open_pool)

    def __getattr__(self, name: str) -> Any:
        return getattr(_STDLIB_MODULE, name)


_LED_MODULE: Final = _PoolModule("multiprocessing.pool")


def open_doors() -> None:
    """Open doors 2 and 3 in this process."""
    _lead_to(open_pool, _LED_MODULE)


def lead_test_module(tests: ModuleType) -> None:
    """Open doors 1, 4 and 5, which `test._test_multiprocessing` has, or brings with it."""
    if multiprocessing.Pool is not open_pool:
        raise RuntimeError("the doors are closed: hooks/sitecustomize.py has not run or has failed")
    tests.ProcessesMixin.Pool = staticmethod(open_pool)
    registry = tests.multiprocessing.managers.SyncManager._registry  # noqa: SLF001 - door 4
    registry["Pool"] = (open_pool, *registry["Pool"][1:])
    helper = tests.script_helper
    helper.assert_python_ok = _not_isolated(helper.assert_python_ok)


@contextmanager
def closed_doors() -> Iterator[None]:
    """Show the stdlib as it is, for a subject that subclasses or wraps the stdlib's pool."""
    _lead_to(_STDLIB_POOL, _STDLIB_MODULE)
    try:
        yield
    finally:
        open_doors()


def _lead_to(pool: Callable[..., Any], module: ModuleType) -> None:
    """Set what doors 2 and 3 lead to."""
    setattr(multiprocessing, "Pool", pool)  # noqa: B010 - to a type checker it is a method
    setattr(multiprocessing, "pool", module)  # noqa: B010 - and this a module of its own


def _subject() -> Callable[..., Any]:
    """Return the subject's callable, imported at first use so that children start quickly."""
    with _resolving:
        return _resolve()


@functools.cache
def _resolve() -> Callable[..., Any]:
    from .subject import pool_callable  # noqa: PLC0415 - most interpreters never make a pool

    with closed_doors():
        return pool_callable(os.environ[environment.POOL])


def _not_isolated(assert_python_ok: Callable[..., Any]) -> Callable[..., Any]:
    """Return `assert_python_ok` such that its script sees the hooks.

    The start method is left to the script: as in CPython's own runs, it is the platform's default.
    """
    options = {
        "__isolated": False,
        "PYTHONPATH": os.environ["PYTHONPATH"],  # unless one is given, it adds `-E` in its turn
        environment.START_METHOD: "",
    }
    return functools.partial(assert_python_ok, **options)
