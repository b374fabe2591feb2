"""The suite as an outsider has it: from the wheel, with no checkout in sight."""

import ast
import email
import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs would be one more pin for one test

from ..place import ROOM, SOURCE_ROOT
from .outsider import Outsider, build_wheel, readme_block, settle

_ONE = ("--clause", "MAP-01")
_FEW = "--clause MAP-01 --start-method fork --no-shrink --examples 2"
_QUICK = ("--no-shrink", "--examples", "2")
_OWN_OPTIONS = """
def pytest_addoption(parser):
    for name in ("--pool", "--level", "--list", "--record"):
        parser.addoption(name, default="ours")
"""
_OWN_TEST = """
import sys


def test_own(pytestconfig):
    assert pytestconfig.getoption("--pool") == "blue"
    assert "pytest_poolproof" in sys.modules
    assert not [name for name in sys.modules if name.partition(".")[0] == "poolproof"]
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def outsider(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Outsider:
    """Give an environment with the wheel, and a project in it."""
    return settle(wheel, tmp_path_factory.mktemp("outsider"))


def verdicts(project: Path) -> list[dict[str, Any]]:
    """Return the verdicts that the newest run has recorded."""
    newest = max((project / "poolproof-records").glob("conformance-*.jsonl"))
    records = map(json.loads, newest.read_text(encoding="utf-8").splitlines())
    return [record for record in records if record["record"] == "verdict"]


def test_a_good_and_a_broken_pool_are_told_apart(outsider: Outsider) -> None:
    """Verdicts, replay command and script are right, and site-packages stays as it was."""
    (outsider.folder / "reports").mkdir()  # a folder of the project's own: none of ours
    before = outsider.installed()
    pools = ("--pool", "mylib.pools:Pool", "--pool", "mylib.pools:Padding")
    code, text = outsider.suite(*pools, *_ONE, "--start-method", "spawn", *_QUICK)
    assert code == 1, text
    seen = {(v["subject"], v["start_method"]): v for v in verdicts(outsider.folder)}
    assert {key: v["verdict"] for key, v in seen.items()} == {
        ("mylib.pools:Pool", "fork"): "PASS",
        ("mylib.pools:Pool", "spawn"): "PASS",
        ("mylib.pools:Padding", "fork"): "FAIL",
        ("mylib.pools:Padding", "spawn"): "FAIL",
    }
    failed = seen["mylib.pools:Padding", "spawn"]
    assert failed["replay"].startswith("python -m pytest --pyargs poolproof.conformance --pool ")
    assert "poolproof" not in failed["script"]
    assert outsider.shell(f"{failed['replay']} --collect-only -q")[0] == 0
    assert outsider.installed() == before
    assert not list((outsider.folder / "reports").iterdir())


def test_known_failures_are_kept_in_the_project(outsider: Outsider) -> None:
    """--write-deviations writes to the current folder, and the next run reads it."""
    pool = ("--pool", "mylib.pools:Padding", *_ONE, *_QUICK)
    before = outsider.installed()
    code, text = outsider.suite(*pool, "--write-deviations")
    assert code == 1, text
    assert (outsider.folder / "poolproof-deviations" / "mylib.pools.Padding.toml").exists()
    code, text = outsider.suite(*pool)
    assert code == 0, text
    assert outsider.installed() == before


def test_other_projects_do_not_notice(outsider: Outsider, tmp_path: Path) -> None:
    """Options of the suite's names are the project's own, and nothing of poolproof is loaded.

    Where the suite is asked for in such a project, the collision is one line with a way out.
    """
    (tmp_path / "conftest.py").write_text(_OWN_OPTIONS)
    (tmp_path / "test_own.py").write_text(_OWN_TEST)
    code, text = outsider.run("-m", "pytest", str(tmp_path), "--pool", "blue", "--list", "all")
    assert code == 0, text
    other = Outsider(tmp_path, outsider.python, outsider.site_packages)
    code, text = other.suite("--list")
    assert code == 4, text
    (line,) = [line for line in text.splitlines() if line.startswith("ERROR: poolproof: ")]
    assert "--noconftest" in line
    assert "--pool" in line
    assert other.suite("--list", "--noconftest")[0] == 0


def test_a_project_may_name_its_own_tests_otherwise(outsider: Outsider, tmp_path: Path) -> None:
    """The suite's modules are collected whatever `python_files` says."""
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_files = check_*.py\n")
    other = Outsider(tmp_path, outsider.python, outsider.site_packages)
    code, text = other.suite("--collect-only", "-q", "--pool", "multiprocessing:Pool", *_ONE)
    assert code == 0, text
    assert "MAP-01-multiprocessing:Pool-fork" in text


def test_a_name_without_pyargs_is_told_so(outsider: Outsider) -> None:
    """The commonest slip gives one line that says what to add."""
    code, text = outsider.run("-m", "pytest", "poolproof.conformance", "--pool", "x:y")
    assert code == 4, text
    assert "ERROR: poolproof.conformance is a package: say --pyargs before its name" in text


def test_the_readme_holds_a_pool(outsider: Outsider) -> None:
    """Each command of the README runs as it is, with fewer clauses."""
    commands = [line.partition("#")[0].strip() for line in readme_block("outsiders").splitlines()]
    assert commands.pop(0) == "pip install 'poolproof[conformance]'"  # see the test of the extra
    for command in commands:
        few = _FEW
        if ".cpython " in command:
            few = "--test test_map --start-method fork"
        elif "--clause" in command:  # a clause more would be one more to run
            few = "--start-method fork --collect-only"
        code, text = outsider.shell(f"{command} {few}")
        assert code == 0, f"{command}\n{text}"


def test_the_readme_adapts_a_pool_with_an_api_of_its_own(outsider: Outsider) -> None:
    """The module of the README is held to what it declares, and to no more."""
    held = outsider.folder / "tests" / "held.py"
    held.parent.mkdir(exist_ok=True)
    held.write_text(readme_block("adapter"), encoding="utf-8")
    clauses = [f"--clause={name}" for name in ("MAP-01", "API-01", "CB-01")]
    code, text = outsider.suite("--pool", "tests.held:crew", *clauses, "--examples", "3")
    assert code == 0, text
    seen = {v["clause"]: v["verdict"] for v in verdicts(outsider.folder)}
    assert seen["MAP-01"] == "PASS"
    assert seen["CB-01"] == "UNSUPPORTED"


def test_the_readme_runs_in_ci(outsider: Outsider, tmp_path: Path) -> None:
    """What the workflow of the README runs writes the JUnit file and appends to the summary."""
    code, text = outsider.shell(f"{readme_block('known-failures')} {_FEW}")
    assert code == 0, text
    assert (outsider.folder / "tests" / "deviations" / "mylib.pools.Pool.toml").exists()
    (job,) = yaml.safe_load(readme_block("ci")).values()
    install, hold = [step["run"].strip() for step in job["steps"] if "run" in step]
    assert install == "pip install . 'poolproof[conformance]'"
    summary = tmp_path / "summary.md"
    code, text = outsider.shell(f"{hold} {_FEW}", GITHUB_STEP_SUMMARY=str(summary))
    assert code == 0, text
    assert "exit code 0: no MUST clause failed" in summary.read_text(encoding="utf-8")
    assert (outsider.folder / "conformance.xml").exists()


def test_the_extra_brings_what_the_suite_imports(wheel: Path) -> None:
    """Every module that is not the standard library's belongs to a requirement of the extra."""
    tests = ROOM / "meta"
    files = [path for path in ROOM.rglob("*.py") if tests not in path.parents]
    adapters = ROOM / "subjects" / "adapters"  # the peers themselves, imported where installed
    imported = {name for path in files if path.parent != adapters for name in _imports(path)}
    foreign = {n for n in imported if n not in sys.stdlib_module_names and n != ROOM.name}
    project = tomllib.loads((SOURCE_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = project["project"]["optional-dependencies"]["conformance"]
    assert foreign == {requirement.partition(">=")[0] for requirement in extra}
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        assert not [name for name in archive.namelist() if "/meta/" in name]
        told = email.message_from_bytes(archive.read(metadata))
    required = [line.partition(";")[0] for line in told.get_all("Requires-Dist", ())]
    assert set(extra) <= set(required)


def _imports(path: Path) -> set[str]:
    """Return the top-level packages that a file imports absolutely."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found
