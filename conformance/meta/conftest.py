"""Fixtures for the suite's own tests."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..harness.attempt import Attempt
from ..harness.request import Request
from ..harness.ruling import ORACLE
from ..harness.runner import Case, Runner
from ..harness.zygotes import Zygotes
from .whole_run import Suite

_LONG_S = 60.0  # seconds: what must pass may be slow on a busy machine

Hold = Callable[..., Attempt]


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    """Give a suite with a record file and a deviations folder of its own."""
    suite = Suite(tmp_path / "record.jsonl", tmp_path / "deviations", uuid.uuid4().hex)
    suite.deviations.mkdir()
    yield suite
    left = suite.survivors()
    for process in left:
        process.kill()
    assert not left, f"the run left {left}"


@pytest.fixture(scope="module")
def hold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hold]:
    """Give a function that runs one of `bodies` to its attempt."""
    folder = tmp_path_factory.mktemp("bodies")
    zygotes, runner = Zygotes(), Runner(jobs=2)

    def attempt(function: str, start_method: str = "fork", deadline_s: float = _LONG_S) -> Attempt:
        request = Request(
            module=f"{__package__}.bodies",
            function=function,
            clause="none",
            subject=ORACLE,
            start_method=start_method,
            deadline_s=deadline_s,
            folder=str(Path(folder) / function),
            max_examples=1,
            memory_mib=512,
        )
        case = Case(request, zygotes.of(ORACLE))
        runner.add(case)
        return runner.result(case)

    yield attempt
    runner.close()
    zygotes.close()
