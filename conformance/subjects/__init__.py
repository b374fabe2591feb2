"""The pools under test: found by name, opened the same way, each with what it declares.

subject = load("billiard:Pool")
for method in subject.start_methods():
    with subject.open(2, start_method=method) as pool:
        pool.map(task, items)
"""

from .capabilities import METHODS, NAMES, Capabilities
from .declaring import declares
from .errors import SubjectError, SubjectNotInstalledError, UndeclaredError
from .known import KNOWN, KnownSubject
from .loading import does_not_import, load
from .subject import Subject

PEERS: tuple[str, ...] = tuple(KNOWN)
"""Names of the known subjects, in the order in which reports show them."""

__all__ = [
    "KNOWN",
    "METHODS",
    "NAMES",
    "PEERS",
    "Capabilities",
    "KnownSubject",
    "Subject",
    "SubjectError",
    "SubjectNotInstalledError",
    "UndeclaredError",
    "declares",
    "does_not_import",
    "load",
]
