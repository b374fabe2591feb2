"""The soft limit on open files, for the time of a body."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def open_files_limited(to: int) -> Iterator[None]:
    """Let this process have so many files open, and put the limit back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (to, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
