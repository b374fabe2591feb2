"""The two repairs of `benchmarks/__init__.py`, each under every way in which pytest starts."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60.0

# As asv does it: a __main__ with a runner's file name that imports much, `benchmarks` found through
# a hook that children lack, and no entry for the checkout in sys.path.
RUNNER = '''
import importlib.util
import multiprocessing
import sys

import asv_runner.benchmarks


class Finder:
    """Finds `benchmarks`, in this process only."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "benchmarks":
            return importlib.util.spec_from_file_location(
                name, {package!r}, submodule_search_locations=[{folder!r}]
            )
        return None


def run():
    sys.meta_path.insert(0, Finder)
    from benchmarks._work import noop

    with multiprocessing.get_context({method!r}).Pool(1) as pool:
        pool.apply_async(noop).get({deadline_s})
        modules = pool.apply_async(eval, ("list(__import__('sys').modules)",)).get({deadline_s})
        print(*modules, sep="\\n")


if __name__ == "__main__":
    run()
'''


@pytest.mark.parametrize("file_name", ["benchmark.py", "pytest"])
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_worker_imports_the_work_and_not_the_runner(
    tmp_path: Path, method: str, file_name: str
) -> None:
    """A worker finds `benchmarks._work` without the runner's hook, and never runs the runner."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{sys.platform} has no {method}")
    runner = tmp_path / file_name
    package = ROOT / "benchmarks" / "__init__.py"
    runner.write_text(
        RUNNER.format(
            package=str(package),
            folder=str(package.parent),
            method=method,
            deadline_s=DEADLINE_S / 4,
        )
    )
    ended = subprocess.run(
        [sys.executable, "-P", str(runner)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    modules = ended.stdout.split()
    assert "benchmarks._work" in modules
    assert not {"asv_runner", "pytest", "psutil"} & set(modules), modules
