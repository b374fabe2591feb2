"""Bodies that are no clauses: what the suite asks of a subject before it holds it to any."""

import threading
import time
from typing import Any

from .. import tasks
from ..subjects import (
    KNOWN,
    Capabilities,
    SubjectError,
    SubjectNotInstalledError,
    does_not_import,
)
from . import expect
from .bound import BoundSubject


def probe(subject: BoundSubject) -> dict[str, Any]:
    """Import the subject and tell what it declares, or the one line that says why not."""
    before = threading.active_count()
    try:
        declared = subject.declared
    except SubjectNotInstalledError as missing:
        return {"problem": str(missing), "requirement": KNOWN[subject.name].requirement}
    except SubjectError as error:
        return {"problem": str(error)}
    except BaseException as error:  # noqa: BLE001 - a KeyboardInterrupt here is the module's own
        return {"problem": str(does_not_import(subject.name, error))}
    known = declared.known
    return {
        "version": declared.version,
        "distribution": known.distribution if known else None,
        "requirement": known.requirement if known else None,
        "start_methods": list(declared.start_methods()),
        "capabilities": declared.capabilities.as_record(),
        "preload": threading.active_count() == before,
        "prepares": declared.prepares,
    }


def smoke(subject: BoundSubject) -> float:
    """Open a pool, run one task, end the pool: less than any clause asks for; returns seconds.

    What has to be up before any pool is started first, and within that time, as in any body.
    """
    started = time.perf_counter()
    subject.prepare(())
    with subject.open(2) as pool:
        if subject.capabilities.apply:
            expect.equal(pool.apply(tasks.square, (3,)), 9, "the result of one task")
        else:
            expect.equal(list(pool.map(tasks.square, [3])), [9], "the result of one task")
    return time.perf_counter() - started


def calibrate(subject: BoundSubject) -> float:
    """Time the stdlib's pool from its start to its end; returns seconds."""
    started = time.perf_counter()
    with subject.open(2) as pool:
        pool.map(tasks.noop, range(100), 1)
        pool.close()
        pool.join()
    return time.perf_counter() - started


def capabilities_from(record: dict[str, Any]) -> Capabilities:
    """Read back the capabilities that a probe told."""
    not_under = {method: frozenset(names) for method, names in record["not_under"].items()}
    methods = tuple(record["start_methods"])
    return Capabilities(**{**record, "not_under": not_under, "start_methods": methods})
