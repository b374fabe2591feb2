"""The subject's own constructor, for clauses about the constructor and the object it makes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ..subjects.starting import with_start_method
from .bound import BoundSubject
from .expect import NotSupported


def own_constructor(subject: BoundSubject) -> Callable[..., Any]:
    """Return what the subject is called by, under the body's start method.

    Raises: NotSupported for a subject behind an adapter, whose constructor is not the Pool's.
    """
    declared = subject.declared
    if declared.adapted:
        raise NotSupported("is driven through an adapter: it has a constructor of its own")
    subject.in_use = True
    target, context = with_start_method(
        declared.target, declared.start_method_by, subject.start_method
    )
    return partial(target, **context) if context else target
