"""Starting a process fails once some have been started, as at the process limit of a machine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..harness.bound import BoundSubject
from ..harness.expect import InjectorError
from ..subjects.starting import family_of


@dataclass
class FailingStart:
    """The error that a start raises, and how many have raised it."""

    error: OSError
    times: int = 0


@contextmanager
def failing_start(
    subject: BoundSubject, started: int, *, surely: bool = True
) -> Iterator[FailingStart]:
    """Let `started` processes of the subject's family start, then fail.

    `surely` where the block cannot do with less.
    Raises: NotSupported for a subject whose workers are started elsewhere; InjectorError when it
    did with less though, or when the family starts processes in a way that cannot be reached.
    """
    subject.require("children")
    fault = FailingStart(OSError(errno.EAGAIN, "no more processes: the suite's own fault"))
    process: Any = family_of(subject.declared.target).get_context(subject.start_method).Process
    if "_Popen" not in vars(process):
        raise InjectorError(f"expected a Process class with _Popen of its own, got {process!r}")
    asked: list[Any] = []

    def failing(start: Any) -> Any:
        def fail_after(*args: Any, **kwargs: Any) -> Any:
            asked.append(args)
            if len(asked) > started:
                fault.times += 1
                raise fault.error
            return start.__func__(*args, **kwargs)

        return staticmethod(fail_after)

    # What every start method goes through; a pool may derive processes of its own from it.
    starts = [(kind, vars(kind)["_Popen"]) for kind in _kinds(process) if "_Popen" in vars(kind)]
    for kind, start in starts:
        kind._Popen = failing(start)  # noqa: SLF001 - there is no public name
    try:
        yield fault
    finally:
        for kind, start in starts:
            kind._Popen = start  # noqa: SLF001 - as above
    if surely and not fault.times:
        raise InjectorError(f"expected more than {started} processes to be asked for")


def _kinds(process: Any) -> list[Any]:
    return [process, *(kind for derived in process.__subclasses__() for kind in _kinds(derived))]
