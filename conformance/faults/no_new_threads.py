"""No thread can be started in the calling process, as at the thread limit of a machine."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..harness.expect import InjectorError


@contextmanager
def no_new_threads() -> Iterator[None]:
    """Make every start of a thread raise RuntimeError, by asking for more stack than allowed.

    Raises: InjectorError when a thread can be started all the same.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY:
        raise InjectorError("expected a body with a memory cap, got one without")
    usual = threading.stack_size(soft)
    try:
        _check_that_none_starts()
        yield
    finally:
        threading.stack_size(usual)


def _check_that_none_starts() -> None:
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return
    thread.join()
    raise InjectorError("expected no thread to start, got one that did")
