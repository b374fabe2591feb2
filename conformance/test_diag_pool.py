"""DIAG: errors of a whole pool, and whether they name what happened to it."""

import pickle
from contextlib import suppress
from functools import partial
from typing import Any

from . import subjects, tasks
from .clauses import clause
from .faults.failing_initializer import FailingInitializer, fail
from .faults.failing_start import failing_start
from .harness import expect
from .harness.bound import BoundSubject
from .harness.main_module import main_module
from .harness.outcome import Error, capture

_UNGUARDED = """
import pathlib, pickle
from {initializer} import fail
from {subjects} import load

if __name__ != "__main__":  # in the program itself this line has been passed already
    fail({starts!r}, pickle.loads(pathlib.Path({hold!r}).read_bytes()), lambda: None)
    load({subject!r}).open(2, start_method={start_method!r})
"""
"""A program without a guard, as its workers meet it when they import it."""


@clause("DIAG-03", needs=("initializer", "apply", "processes"))
def test_the_error_of_a_job_names_the_error_of_the_initializer(subject: BoundSubject) -> str:
    """The error of the job names the type and the message of what the initializer raised."""
    how = partial(tasks.raise_error, PermissionError("access denied for user bob"))

    def play() -> Any:
        with subject.open(**fault.options) as pool:
            return pool.apply(tasks.square, (3,))

    with subject.gate() as gate:
        fault = FailingInitializer(subject.folder, gate.task, how)
        error = expect.raises(Exception, play)
    expect.names(error, "PermissionError", "access denied for user bob")
    return expect.told(error)


@clause("DIAG-09", needs=("apply_async", "terminate", "kills"))
def test_the_error_of_an_outstanding_result_says_that_the_pool_was_terminated(
    subject: BoundSubject,
) -> str:
    """get() on what terminate() cut off says that the pool was terminated."""
    with subject.gate() as gate, subject.open() as pool:
        handle = pool.apply_async(gate.task)
        pool.terminate()
        error = expect.raises(Exception, handle.get)
    text = expect.told(error)
    expect.true(
        any(word in text.lower() for word in ("terminated", "shutdown", "shut down", "stopped")),
        expected="an error that says the pool was terminated, shut down or stopped",
        observed=text,
    )
    return text


@clause("DIAG-10", needs=("apply", "processes"))
def test_the_error_of_a_program_without_a_guard_names_the_guard_or_the_start(
    subject: BoundSubject,
) -> str:
    """A program whose workers start pools when they import it is told of the guard or the start."""
    if subject.start_method not in ("spawn", "forkserver"):
        raise expect.Skip("about spawn and forkserver: elsewhere nothing imports the program")

    def play() -> Any:
        with subject.open() as pool:
            return pool.apply(tasks.square, (3,))

    with subject.gate() as gate:
        hold = subject.folder / "hold.pickle"
        hold.write_bytes(pickle.dumps(gate.task))
        source = _UNGUARDED.format(
            initializer=fail.__module__,
            subjects=subjects.__name__,
            starts=str(subject.folder / "starts"),
            hold=str(hold),
            subject=subject.name,
            start_method=subject.start_method,
        )
        subject.no_script("the program has no guard: its workers start a pool when they import it")
        with main_module(subject.folder / "script.py", source):
            error = expect.raises(Exception, play)
    text = expect.told(error)
    expect.true(
        any(word in text for word in ("__main__", "guard", "freeze_support", "start")),
        expected="an error that names the guard or the failed start",
        observed=text,
    )
    return text


@clause(
    "DIAG-11",
    needs=("apply_async", "maxtasksperchild", "one_worker", "processes", "starts_at_once"),
)
def test_a_failed_start_of_a_worker_is_named_by_the_jobs_it_ends(subject: BoundSubject) -> str:
    """A job that ends because no worker can be started names the error of the start."""
    with subject.gate() as gate, subject.open(1, maxtasksperchild=1) as pool:
        last = pool.apply_async(gate.task, ("the last of its worker",))
        job = pool.apply_async(tasks.square, (3,))
        with failing_start(subject, 0) as fault:
            subject.no_script("from here on no process can be started")
            gate.open()
            last.get()
            with suppress(expect.Mismatch):  # then it may end once processes can be started
                subject.eventually(job.ready, "the job to end", 1 / 3)
        subject.no_script("from here on processes can be started again")
        outcome = capture(job.get)
    if isinstance(outcome, Error):
        expect.true(
            str(fault.error.strerror) in str(outcome),
            expected=f"an error that names {fault.error.strerror!r}",
            observed=str(outcome),
        )
    return str(outcome)


@clause("DIAG-13", needs=("apply", "close", "join"))
def test_the_error_of_a_pool_that_is_not_running_says_so(subject: BoundSubject) -> str:
    """The ValueError of a method called after close() says "Pool not running"."""
    with subject.open() as pool:
        pool.close()
        error = expect.raises(ValueError, pool.apply, tasks.noop)
        pool.join()
    expect.equal(str(error), "Pool not running", "as the text of the error:")
    return str(error)
