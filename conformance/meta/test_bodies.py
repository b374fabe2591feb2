"""What becomes of a body: its verdict, its place, and that it costs no more than itself."""

import multiprocessing
import re

import pytest

from ..harness.census import shared_names
from ..harness.verdicts import Verdict
from .conftest import Hold

_SHORT_S = 1.5  # seconds: what hangs here hangs for good


@pytest.mark.parametrize("start_method", multiprocessing.get_all_start_methods())
def test_a_worker_imports_nothing_of_pytest(hold: Hold, start_method: str) -> None:
    """No worker imports pytest; one with an interpreter of its own nothing of the harness."""
    seen = hold("worker_modules", start_method)
    assert seen.verdict is Verdict.PASS, seen
    imported = set(seen.value)
    heavy = {"pytest", "_pytest"}
    if start_method != "fork":
        heavy |= {"hypothesis", "psutil", f"{__package__}.bodies", "rich"}
    assert not imported & heavy


def test_an_endless_input_costs_one_verdict(hold: Hold) -> None:
    """The memory cap ends a body that would take the machine."""
    seen = hold("reads_endless_input")
    assert seen.verdict is not Verdict.PASS
    assert "MemoryError" in str(seen.observed)


@pytest.mark.parametrize(
    ("function", "verdict", "words"),
    [
        ("dies", Verdict.CRASH, "signal SIGKILL, in dying"),
        ("leaves_a_thread", Verdict.LEAK, "1 threads: forgotten (daemon)"),
        ("counts_what_stays", Verdict.LEAK, "1 threads: forgotten (daemon)"),
        ("is_wrong", Verdict.ERROR, "the suite's own failure: AttributeError"),
        ("is_told_of_its_own_error", Verdict.FAIL, "raised ValueError: read too early"),
        ("cannot_inject", Verdict.ERROR, "no such worker"),
        ("lacks_a_method", Verdict.BLOCKED, "Pool has no 'no_such_method': see API-01"),
    ],
)
def test_a_misdeed_has_its_verdict(hold: Hold, function: str, verdict: Verdict, words: str) -> None:
    """Each way to go wrong has a verdict of its own and words that say what it was."""
    seen = hold(function, deadline_s=4 * _SHORT_S)
    assert seen.verdict is verdict, seen
    assert words in str(seen.message)


@pytest.mark.parametrize(
    ("start_method", "role"),
    [
        ("fork", "a worker, or another fork of the calling process"),
        ("spawn", "a spawned worker"),
        ("forkserver", "a worker, forked by the fork server"),
    ],
)
def test_a_process_that_is_left_has_a_role(hold: Hold, start_method: str, role: str) -> None:
    """A leak says what the process was to its pool, and not what it was forked from."""
    seen = hold("leaves_a_worker", start_method, deadline_s=4 * _SHORT_S)
    assert seen.verdict is Verdict.LEAK, seen
    assert f"): {role}" in str(seen.message)
    assert "serve(" not in str(seen.message)


@pytest.mark.parametrize(
    ("function", "phase", "frame"),
    [
        ("waits_for_ever", "inner", "in waits_for_ever"),
        ("works_for_ever", "spinning", "in works_for_ever"),
        ("hangs_at_exit", "interpreter exit", "_shutdown"),
    ],
)
def test_a_hang_has_its_place(hold: Hold, function: str, phase: str, frame: str) -> None:
    """A hang names the phase it is in, and the stacks show the line."""
    seen = hold(function, deadline_s=_SHORT_S)
    assert (seen.verdict, seen.phase) == (Verdict.HANG, phase), seen
    assert frame in str(seen.stacks)


def test_a_body_that_was_killed_leaves_no_semaphore(hold: Hold) -> None:
    """Who hangs with a semaphore is killed with all it started; what is its own is unlinked."""
    seen = hold("hangs_with_a_semaphore", deadline_s=_SHORT_S)
    assert seen.verdict is Verdict.HANG, seen
    (name,) = re.findall(r"/(mp-\d+-\w+)", seen.transcript)
    assert f"sem.{name}" not in shared_names()


def test_a_program_that_was_killed_leaves_nothing_shared(hold: Hold) -> None:
    """Its resource tracker outlives it for as long as it takes; no name says that it is its own."""
    seen = hold("hangs_with_a_program", deadline_s=4 * _SHORT_S)
    assert seen.verdict is Verdict.HANG, seen
    (lock, memory) = re.findall(r"/(mp-\w+) (psm_\w+)", seen.transcript)[0]
    assert not shared_names() & {f"sem.{lock}", memory}


def test_a_wait_for_a_processor_is_no_hang(hold: Hold) -> None:
    """A body that works for many deadlines of wall time, most of it not its fault, passes."""
    seen = hold("crowds_one_processor", deadline_s=_SHORT_S / 3)
    assert seen.verdict is Verdict.PASS, seen
    assert seen.duration_s > _SHORT_S
