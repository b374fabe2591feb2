"""From the name of a subject to a callable with the signature of `multiprocessing.pool.Pool`."""

import importlib
import multiprocessing
import os
from collections.abc import Callable, Iterable
from typing import Any

from ..subjects import Subject, load
from ..subjects.starting import family_of
from . import environment


def pool_callable(name: str) -> Callable[..., Any]:
    """Return what makes a pool of the subject under the start method of this run.

    The test module sets the start method of `multiprocessing`; a subject with contexts of its own
    (billiard, multiprocess) is told here, in every process that makes one.
    Raises SubjectError when `name` does not import or is no pool.
    """
    subject = load(name)
    method = os.environ[environment.START_METHOD]
    if subject.start_method_by == "adapter":
        return _adapted(subject, method or None)
    family = family_of(subject.target)
    if method and family is not multiprocessing:
        family.set_start_method(method, force=True)
    if subject.start_method_by == "bound":
        return _with_context(subject.target, importlib.import_module(f"{family.__name__}.pool"))
    return subject.target


def _with_context(bound: Callable[..., Any], module: Any) -> Callable[..., Any]:
    """Let a method of a context (as `multiprocessing.Pool`) take `context`, as its class does."""

    def pool(*args: Any, context: Any = None, **kwargs: Any) -> Any:
        if context is None:
            return bound(*args, **kwargs)
        return getattr(module, bound.__name__)(*args, context=context, **kwargs)

    return pool


def _adapted(subject: Subject, start_method: str | None) -> Callable[..., Any]:
    """Give a subject that is reached through an adapter the stdlib's parameters, and their order.

    `context` is none of them: there is nothing behind the adapter that would take it.
    """

    def pool(
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> Any:
        return subject.open(
            processes,
            start_method=start_method,
            initializer=initializer,
            initargs=initargs,
            maxtasksperchild=maxtasksperchild,
        )

    return pool
