"""SIG: forks, and what a forked process inherits."""

import atexit
import gc
import os
import threading
import warnings
from collections.abc import Callable
from functools import partial

from . import tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.expect import Skip
from .harness.outcome import Error, capture
from .harness.tracked import TrackedPool

SUBMITTING = ("apply_async", "map_async", "imap", "imap_unordered", "apply", "map")
"""Methods that submit a job: those first that return at once."""
_HELD = threading.Lock()
"""A lock of the program's, such as that of its log."""


def _only_under_fork(subject: BoundSubject) -> None:
    if subject.start_method != "fork":
        raise Skip("only under fork")


@clause("SIG-02", needs=("map", "maxtasksperchild"))
def test_a_pool_replaces_workers_when_warnings_are_errors(subject: BoundSubject) -> None:
    """A pool that replaces its workers stays usable when warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        subject.statement("warnings.simplefilter('error')")
        with subject.open(maxtasksperchild=1) as pool:
            for _ in range(2):
                expect.equal(pool.map(tasks.square, range(3), 1), [0, 1, 4], "the results")


@clause("SIG-12", needs=("map", "maxtasksperchild"))
def test_replacing_a_worker_warns_of_the_fork(subject: BoundSubject) -> str:
    """Replacing a worker under fork emits a DeprecationWarning about threads and fork."""
    _only_under_fork(subject)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with subject.open(maxtasksperchild=1) as pool:
            pool.map(tasks.square, range(6), 1)
    told = [w for w in caught if "fork()" in str(w.message)]
    expect.true(
        told and all(w.category is DeprecationWarning for w in told),
        expected="a DeprecationWarning about fork()",
        observed=f"{[str(w.message) for w in caught]}",
    )
    return f"{len(told)} warnings"


@clause("SIG-10", needs=("apply_async", "map_async", "imap", "processes"))
def test_a_forked_process_may_not_use_an_inherited_pool(subject: BoundSubject) -> None:
    """A method that submits a job raises RuntimeError in a process that inherited the pool."""
    with subject.open() as pool:
        for method in SUBMITTING:
            subject.require(method)
            argument = (1,) if method.startswith("apply") else [1]
            path = subject.folder / method
            subject.no_script(f"in a forked child: pool.{method}()")
            _in_child(partial(_try, pool, method, argument, path.write_text))
            seen = path.read_text()
            expect.equal(seen, "RuntimeError", f"{method}() in a child:")


def _try(pool: TrackedPool, method: str, argument: object, tell: Callable[[str], object]) -> None:
    seen = capture(partial(getattr(pool.raw, method), tasks.square, argument))
    tell(seen.kind if isinstance(seen, Error) else "no error")


@clause("SIG-11", needs=("apply", "maxtasksperchild", "processes"))
def test_a_replacement_inherits_no_lock_that_was_held(subject: BoundSubject) -> None:
    """Under fork, a replacement worker does not find a lock held by a thread of the parent's."""
    _only_under_fork(subject)
    with subject.open(1, maxtasksperchild=1) as pool, _HELD:
        subject.no_script("a thread of the parent holds a lock from here on")
        seen = [pool.apply(_is_held) for _ in range(4)]
    expect.equal(seen, 4 * [False], "in each worker, whether the lock is held:")


def _is_held() -> bool:
    return _HELD.locked()


@clause("SIG-13", needs=("apply", "processes"))
def test_an_inherited_pool_may_be_collected(subject: BoundSubject) -> None:
    """The parent's pool stays usable when a forked child collects what it inherited of it."""
    with subject.open() as pool:
        subject.no_script("in a forked child: del pool; gc.collect()")
        _in_child(partial(_forget, pool))
        expect.equal(pool.apply(tasks.square, (3,)), 9, "the result")


@clause("SIG-15", needs=("apply_async", "processes"))
def test_what_the_program_forks_leaves_the_workers_alone(subject: BoundSubject) -> None:
    """A job ends with its result when a forked process runs the exit handlers it inherited."""
    with subject.open() as pool, subject.gate() as gate:
        held = pool.apply_async(subject.recorded(gate.task), ("held",))
        subject.eventually(subject.history, "the task to start")
        subject.no_script("in a forked child: sys.exit()")
        _in_child(atexit._run_exitfuncs)  # noqa: SLF001 - what sys.exit() comes to, below this frame
        gate.open()
        expect.equal(held.get(), "held", "the result")


def _forget(pool: TrackedPool) -> None:
    pool.raw = None
    gc.collect()


def _in_child(run: Callable[[], object]) -> None:
    """Run it in a forked child, which then ends at once; wait for that."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
