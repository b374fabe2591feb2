"""Starting a process fails once some have been started, as at the process limit of a machine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..harness.bound import BoundSubject
from ..harness.expect import InjectorError
from ..subjects.starting import family_of


@contextmanager
def failing_start(subject: BoundSubject, started: int) -> Iterator[OSError]:
    """Let `started` processes of the subject's family start, then fail; yields the error.

    Raises: InjectorError when the block asked for no more processes than that, or when the family
    starts processes in a way that cannot be reached.
    """
    error = OSError(errno.EAGAIN, "no more processes: the suite's own fault")
    process: Any = family_of(subject.declared.target).get_context(subject.start_method).Process
    if "_Popen" not in vars(process):
        raise InjectorError(f"expected a Process class with _Popen of its own, got {process!r}")
    start, asked = vars(process)["_Popen"], []

    def fail_after(*args: Any, **kwargs: Any) -> Any:
        asked.append(args)
        if len(asked) > started:
            raise error
        return start.__func__(*args, **kwargs)

    process._Popen = staticmethod(fail_after)  # noqa: SLF001 - what every start method goes through
    try:
        yield error
    finally:
        process._Popen = start  # noqa: SLF001 - as above
    if len(asked) <= started:
        raise InjectorError(f"expected more than {started} processes to be asked for")
