"""`python -m conformance.cpython ... | head`: nobody reads to the end what the command prints."""

from pathlib import Path

import pytest

from ..cpython.command import Exit
from ..cpython.testpackage import missing_test_package
from .test_cpython import COMMAND_LIMIT_S, POOLS, records, start

pytestmark = pytest.mark.skipif(
    missing_test_package() is not None, reason=missing_test_package() or ""
)

_RUN = ("--pool", f"{POOLS}:Raising", "--start-method", "fork", "--test", "_TestPool.test_map")


@pytest.mark.parametrize(
    ("options", "code", "footers"), [(("--list",), Exit.PASSED, []), (_RUN, Exit.FAILED, [1])]
)
def test_a_reader_that_leaves_is_no_error(
    tmp_path: Path, options: tuple[str, ...], code: int, footers: list[int]
) -> None:
    """What was asked for is done, and recorded, without a word; the code says what it came to."""
    with start(tmp_path, *options) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait(COMMAND_LIMIT_S) == code, told
    assert told == ""
    if footers:
        assert [footer["exit_code"] for footer in records(tmp_path, "footer")] == footers
