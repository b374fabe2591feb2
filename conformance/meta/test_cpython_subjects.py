"""What a pool's module may do to the command that holds it to CPython's own tests: nothing."""

from pathlib import Path

import psutil
import pytest

from ..cpython.command import Exit
from ..cpython.probing import probe
from ..cpython.testpackage import missing_test_package
from ..harness.options import Options
from ..harness.readiness import UnusableSubjectError
from .test_cpython import run

pytestmark = pytest.mark.skipif(
    missing_test_package() is not None, reason=missing_test_package() or ""
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("print('[]'); import os; os._exit(0)", "importing leaving:Pool ended with CRASH: the "),
        ("raise KeyboardInterrupt", "leaving:Pool does not import: KeyboardInterrupt; the module"),
        ("def __getattr__(name): raise KeyError(name)", "does not import: KeyError: 'Pool'; the"),
    ],
)
def test_what_a_module_does_is_one_line_and_6(tmp_path: Path, content: str, says: str) -> None:
    """However it ends, a sound pool beside it is not held to anything, and nothing has passed."""
    (tmp_path / "leaving.py").write_text(content, encoding="utf-8")
    pools = ("--pool", "multiprocessing:Pool", "--pool", "leaving:Pool")
    code, output = run(tmp_path, *pools, "--test", "test_apply")
    assert code == Exit.NO_SUBJECT, output
    (line,) = output.splitlines()
    assert line.startswith("error: ")
    assert says in line
    assert not (tmp_path / "record.jsonl").exists()


def test_an_import_that_hangs_has_a_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has started by then is ended with it."""
    module = "import subprocess\nsubprocess.run(['sleep', '987'])\n"
    (tmp_path / "sleeping.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UnusableSubjectError, match="importing sleeping:Pool ended with HANG"):
        probe(Options(pools=("sleeping:Pool",), budget_scale=0.02))
    running = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert ["sleep", "987"] not in running
