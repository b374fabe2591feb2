"""The model of sequences: what it allows, and what it does not; and the script that shows one."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from .. import place, tasks
from ..harness import script
from ..harness.attempt import Attempt
from ..harness.outcome import Error, Outcome, Value
from ..harness.request import Request
from ..harness.verdicts import Verdict
from ..sequence_model import Others, judge
from ..sequences import SKIPPED, End, Get, Kill, Ready, Sequence, Step, Submit, Take, items_of

_OVER = Error("StopIteration", ())
_LATE = Error("TimeoutError", ())
_LOST = Error("WorkerLostError", ("a worker was lost",))
_REFUSED = Error("ValueError", ("Pool not running",))
_DONE = Value(None)
_HANDLE = Value("a handle")
_REQUEST = Request(
    module="none",
    function="none",
    clause="SEQ-03",
    subject="multiprocessing:Pool",
    start_method="fork",
    deadline_s=1.0,
    folder="none",
    max_examples=1,
    memory_mib=1,
)

_SQUARES = Submit("map_async", "square", 3)
_STREAM = Submit("imap", "square", 2)
_CHUNKED = Submit("imap", "square", 3, 2)
_EMPTY = Submit("imap", "square", 0)
_UNORDERED = Submit("imap_unordered", "square", 2)
_DIES = Submit("apply_async", "die")
_RAISES = Submit("map", "even or raise", 4)

Played = list[tuple[Step, Outcome]]

ALLOWED: list[Played] = [
    [(_SQUARES, _HANDLE), (Get(0), Value([0, 1, 4])), (Get(0), Value([0, 1, 4]))],
    [(_SQUARES, _HANDLE), (Get(0, 0), _LATE), (Get(0), Value([0, 1, 4]))],
    [(_STREAM, _HANDLE), (Take(0, 3), Value([Value(0), Value(1), _OVER]))],
    [(_UNORDERED, _HANDLE), (Take(0, 3), Value([Value(1), Value(0), _OVER]))],
    [(_STREAM, _HANDLE), (Kill(0), Value(True)), (Take(0, 3), Value([_LOST, Value(1), _OVER]))],
    [(_CHUNKED, _HANDLE), (Kill(0), Value(True)), (Take(0, 3), Value([_LOST, Value(4), _OVER]))],
    [(_EMPTY, _HANDLE), (End("terminate"), _DONE), (Take(0, 1, 0), Value([_LOST]))],
    [(_RAISES, Error("ValueError", (1,)))],
    [(_RAISES, Error("ValueError", (3,)))],
    [(_DIES, _HANDLE), (Get(0), _LOST), (Get(0), _LOST)],
    [(End("join"), Error("ValueError", ("still running",))), (End("close"), _DONE)],
    [(End("close"), _DONE), (_SQUARES, _REFUSED), (Get(0), SKIPPED), (End("join"), _DONE)],
    [(_SQUARES, _HANDLE), (End("terminate"), _DONE), (Get(0), _LOST)],
    [(_SQUARES, _HANDLE), (End("terminate"), _DONE), (Get(0, 0), _LATE)],
]
REFUSED: list[Played] = [
    [(_SQUARES, _HANDLE), (Get(0), Value([0, 4, 1]))],
    [(_SQUARES, _HANDLE), (Get(0), _LATE)],
    [(_SQUARES, _HANDLE), (Get(0), _LOST)],
    [(_SQUARES, _HANDLE), (Get(0), Value([0, 1, 4])), (Get(0), _DONE)],
    [(_SQUARES, _HANDLE), (End("close"), _DONE), (End("join"), _DONE), (Get(0, 0), _LATE)],
    [(_SQUARES, _HANDLE), (End("close"), _DONE), (End("join"), _DONE), (Ready(0), Value(False))],
    [(_STREAM, _HANDLE), (Take(0, 1), Value([Value(1)]))],
    [(_STREAM, _HANDLE), (Take(0, 3), Value([Value(0), Value(1), Value(1)]))],
    [(_UNORDERED, _HANDLE), (Take(0, 2), Value([Value(1), Value(1)]))],
    [(_UNORDERED, _HANDLE), (Take(0, 2), Value([Value(1), _OVER]))],
    [(_STREAM, _HANDLE), (Kill(0), Value(True)), (Take(0, 2), Value([_LOST, _LOST]))],
    [(_RAISES, Error("ValueError", (2,)))],
    [(_RAISES, Value([0, 1, 2, 3]))],
    [(_DIES, _HANDLE), (Get(0), Value(0))],
    [(End("join"), _DONE)],
    [(End("close"), _DONE), (_SQUARES, _HANDLE)],
    [(End("close"), _REFUSED)],
]


@pytest.mark.parametrize("played", ALLOWED, ids=str)
def test_the_model_allows(played: Played) -> None:
    """What a sound pool does passes."""
    steps, outcomes = zip(*played, strict=True)
    assert judge(list(steps), list(outcomes)) is None


@pytest.mark.parametrize("played", REFUSED, ids=str)
def test_the_model_refuses(played: Played) -> None:
    """The last outcome of each is wrong, and it is that step that is named."""
    steps, outcomes = zip(*played, strict=True)
    wrong = judge(list(steps), list(outcomes))
    assert wrong is not None
    assert wrong.step == steps[-1]


def test_others_explain_what_they_may_have_done() -> None:
    """A pool that another thread ends may refuse a job; one that nobody ends may not."""
    ending: list[Sequence] = [[End("terminate"), Kill(0)]]
    assert judge([_SQUARES], [_REFUSED], others=Others.of(ending)) is None
    assert judge([_SQUARES], [_REFUSED], others=Others.of([[]])) is not None


def test_a_death_under_a_pool_that_ends_costs_its_item_only() -> None:
    """What comes behind the item that killed its worker is still expected in its order."""
    steps: Sequence = [Submit("imap", "die", 3), Take(0, 2)]
    outcomes: list[Outcome] = [_HANDLE, Value([_LOST, Value(1)])]
    assert judge(steps, outcomes, others=Others.of([[End("terminate")]])) is None


def test_items_are_told_apart() -> None:
    """No two jobs of a sequence, or of several threads', have an item in common."""
    ranges = [items_of(thread, job, 8) for thread in range(4) for job in range(12)]
    items = [item for each in ranges for item in each]
    assert len(set(items)) == len(items)
    assert all(each.start % 2 == 0 for each in ranges)


def test_a_script_goes_on_behind_a_call_that_raised() -> None:
    """What a call raised is caught, as in the body, and a kill needs its imports."""
    transcript = (
        "pool1 = Pool(2)\n"
        "r1 = pool1.join()\n"
        "# raised: r1 ValueError ValueError\n"
        "os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)\n"
        "r2 = pool1.apply(square, (3,))\n"
    )
    seen = Attempt(Verdict.HANG, phase="apply", message="hangs", transcript=transcript)
    text = script.render(seen, _REQUEST, [tasks])
    compile(text, "<script>", "exec")
    assert "    try:\n        r1 = pool1.join()\n    except ValueError as raised:" in text
    for module in ("os", "signal", "multiprocessing"):
        assert f"import {module}\n" in text


def test_a_script_of_a_wrong_value_prints_the_values(tmp_path: Path) -> None:
    """What came of the calls is printed, but for handles: a value, or what was raised."""
    transcript = (
        "pool1 = Pool(2)\n"
        "r1 = pool1.apply_async(square, (3,))\n"
        "r2 = r1.get()\n"
        "r3 = pool1.map(square, None)\n"
        "# raised: r3 TypeError TypeError\n"
        "r4 = pool1.terminate()\n"
    )
    seen = Attempt(Verdict.FAIL, message="expected 10; observed 9", transcript=transcript)
    text = script.render(seen, _REQUEST, [tasks])
    path = tmp_path / "script.py"
    path.write_text(text)
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    raised, value = ran.stdout.splitlines()
    assert raised == "r3 raised TypeError(\"'NoneType' object is not iterable\")"
    assert value == "r2 = 9"


def test_a_script_for_a_pool_with_an_api_of_its_own_opens_it_with_its_adapter(
    tmp_path: Path,
) -> None:
    """The calls that it shows are the Pool's; the subject knows others."""
    transcript = "pool1 = Pool(2)\nr1 = pool1.map(square, [3])\nr2 = pool1.join()\n"
    seen = Attempt(Verdict.FAIL, message="expected [10]; observed [9]", transcript=transcript)
    request = replace(_REQUEST, subject="concurrent.futures:ProcessPoolExecutor")
    path = tmp_path / "script.py"
    path.write_text(script.render(seen, request, [tasks]))
    root = {**os.environ, "PYTHONPATH": str(place.SOURCE_ROOT)}
    ran = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, check=True, env=root
    )
    assert ran.stdout == "r1 = [9]\n"


def test_a_script_for_a_pool_on_a_cluster_starts_and_ends_it_by_itself(tmp_path: Path) -> None:
    """It needs the pool's own package, here a stand-in for Ray, and nothing of the suite."""
    (tmp_path / "ray" / "util").mkdir(parents=True)
    (tmp_path / "ray" / "__init__.py").write_text(
        "up = []\n"
        "def init(**options): up.append(options)\n"
        "def is_initialized(): return bool(up)\n"
        "def shutdown(): print('ended', len(up)); up.clear()\n"
    )
    (tmp_path / "ray" / "util" / "multiprocessing.py").write_text(
        "from multiprocessing import Pool"
    )
    transcript = "pool1 = Pool(2)\nr1 = pool1.map(square, [3])\nr2 = pool1.terminate()\n"
    seen = Attempt(Verdict.FAIL, message="expected [10]; observed [9]", transcript=transcript)
    request = replace(_REQUEST, subject="ray.util.multiprocessing:Pool", prepare=True)
    path = tmp_path / "script.py"
    path.write_text(script.render(seen, request, [tasks]))
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[:2] == ["r1 = [9]", "ended 1"]
