"""Bodies that misbehave one way each, for `test_bodies`."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from .. import tasks
from ..harness import program
from ..harness.bound import BoundSubject
from ..harness.census import baseline
from ..harness.expect import InjectorError
from .racing import Racing


def worker_modules(subject: BoundSubject) -> list[str]:
    """Return the names of the modules that a worker has imported."""
    expression = "sorted(__import__('sys').modules)"
    with subject.open(1) as pool:
        pool.apply(tasks.noop)
        modules: list[str] = pool.apply(eval, (expression,))
    return modules


def reads_endless_input(subject: BoundSubject) -> int:
    """Read an endless iterable to its end."""
    del subject
    return len([bytes(1000) for _ in itertools.count()])


def hangs_at_exit(subject: BoundSubject) -> None:
    """Leave a thread that is no daemon and never ends."""
    del subject
    thread = threading.Thread(target=threading.Event().wait, name="stubborn")
    thread.start()


def leaves_a_thread(subject: BoundSubject) -> None:
    """Leave a daemon thread."""
    del subject
    threading.Thread(target=threading.Event().wait, name="forgotten", daemon=True).start()


def counts_what_stays(subject: BoundSubject) -> None:
    """Leave a thread, and be patient with it more often than the deadline allows."""
    before = baseline()
    leaves_a_thread(subject)
    for _ in range(5):
        assert subject.census(before).threads


def leaves_a_worker(subject: BoundSubject) -> None:
    """Leave a process that multiprocessing started."""
    context: Any = multiprocessing.get_context(subject.start_method)
    context.Process(target=time.sleep, args=(600,), daemon=True).start()
    multiprocessing.process._children.clear()  # type: ignore[attr-defined]  # noqa: SLF001 - or atexit ends it


def works_for_ever(subject: BoundSubject) -> None:
    """Use the processor and never return."""
    with subject.phase("spinning"):
        while True:
            pass


def crowds_one_processor(subject: BoundSubject) -> None:
    """Work for long because there are more processes than there is processor for."""
    del subject
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    spin = "import time\nwhile time.process_time() < 0.25: pass"
    crowd = [subprocess.Popen([sys.executable, "-S", "-c", spin]) for _ in range(8)]
    for process in crowd:
        process.wait()


def waits_for_ever(subject: BoundSubject) -> None:
    """Use no processor and never return, in two phases."""
    with subject.phase("outer"), subject.phase("inner"):
        threading.Event().wait()


def kills_who_holds_the_lock(subject: BoundSubject) -> None:
    """Hang as the stdlib's terminate() does that kills a worker with the lock in its hands."""
    del subject
    pool = Racing(ahead=True)
    pool.apply(tasks.noop)
    pool.terminate()


def waits_for_the_lock(subject: BoundSubject) -> None:
    """Hang as the stdlib's terminate() does that waits for a lock which nobody gives back."""
    del subject
    pool = Racing(ahead=False)
    pool.apply(tasks.noop)
    pool.terminate()


def hangs_with_a_semaphore(subject: BoundSubject) -> None:
    """Never return, with a semaphore that only its resource tracker would unlink."""
    lock: Any = multiprocessing.get_context("spawn").Lock()
    subject.no_script(lock._semlock.name)  # noqa: SLF001 - no public name
    threading.Event().wait()


_PROGRAM = """\
import multiprocessing.shared_memory
import signal

lock = multiprocessing.get_context("spawn").Lock()
memory = multiprocessing.shared_memory.SharedMemory(create=True, size=1)
print(lock._semlock.name, memory.name, flush=True)
signal.pause()
"""


def hangs_with_a_program(subject: BoundSubject) -> None:
    """Never return, beside a program that has what only its resource tracker would unlink."""
    with program.start(subject, _PROGRAM) as started:
        subject.no_script(program.line(started))
        threading.Event().wait()


def dies(subject: BoundSubject) -> None:
    """Be killed."""
    with subject.phase("dying"):
        os.kill(os.getpid(), signal.SIGKILL)


def is_wrong(subject: BoundSubject) -> Any:
    """Raise what only a mistake in the suite raises."""
    return subject.there_is_no_such_thing  # type: ignore[attr-defined]  # that is the point


def is_told_of_its_own_error(subject: BoundSubject) -> None:
    """Give a pool an input that raises, and have that come out of a call."""

    def raising() -> Iterator[int]:
        yield 1
        raise ValueError("read too early")

    with subject.open() as pool:
        pool.map(tasks.square, raising())


def cannot_inject(subject: BoundSubject) -> None:
    """Fail to inject a fault."""
    del subject
    raise InjectorError("no such worker")


def lacks_a_method(subject: BoundSubject) -> None:
    """Ask for a method that no pool has."""
    with subject.open(1) as pool:
        pool.no_such_method()
