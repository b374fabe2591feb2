"""A project that is not this one: the wheel in an environment of its own, and pools to hold."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from ..place import SOURCE_ROOT

README = SOURCE_ROOT / "README.md"
LIMIT_S = 120.0  # seconds for one command on a machine that is busy with others

_POOLS = """
import multiprocessing.pool


class Pool(multiprocessing.pool.Pool):
    pass


class Padding(multiprocessing.pool.Pool):
    def map(self, *args, **kwargs):
        return [*super().map(*args, **kwargs), "one too many"]
"""
_CREW = """
from concurrent.futures import ProcessPoolExecutor


class Crew:
    def __init__(self, processes, context):
        self._hands = ProcessPoolExecutor(processes, mp_context=context)

    def work_through(self, items, func):
        return list(self._hands.map(func, items))

    def go_home(self):
        self._hands.shutdown()
"""


@dataclass(frozen=True)
class Outsider:
    """The environment, and a project in it with `mylib.pools`, `mylib.crew` and nothing of ours."""

    folder: Path
    """The project: what it runs starts here."""
    python: Path
    site_packages: Path

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run its Python; exit code and what was printed."""
        return self.shell(shlex.join(["python", *arguments]), **environment)

    def shell(self, line: str, **environment: str) -> tuple[int, str]:
        """Run a line as a user types it, in an environment that is active."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
        path = os.pathsep.join((str(self.python.parent), inherited.get("PATH", os.defpath)))
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", line],
            cwd=self.folder,
            env={**inherited, "PATH": path, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return done.returncode, done.stdout

    def suite(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run the installed suite under fork."""
        command = ("-m", "pytest", "--pyargs", "poolproof.conformance", "--start-method", "fork")
        return self.run(*command, *arguments, **environment)

    def installed(self) -> set[Path]:
        """Return the files of its site-packages, without what Python compiles there."""
        found = self.site_packages.rglob("*")
        return {path for path in found if "__pycache__" not in path.parts and path.is_file()}


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout with what is installed here: nothing is downloaded."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(
        [*command, str(SOURCE_ROOT)], capture_output=True, text=True, timeout=LIMIT_S, check=True
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def settle(wheel: Path, folder: Path) -> Outsider:
    """Make the environment and the project; pytest and the like are those of this one."""
    environment, project = folder / "env", folder / "project"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = environment / "lib" / version / "site-packages"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run(
        [sys.executable, *install, "--target", str(site_packages), str(wheel)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    # Behind what is installed there: the checkout that may be installed here is not seen.
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    for name, text in (("pools", _POOLS), ("crew", _CREW), ("__init__", "")):
        module = project / "mylib" / f"{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(text, encoding="utf-8")
    return Outsider(project, python, site_packages)


def readme_block(marker: str) -> str:
    """Return the code block that the README has between `<!-- marker -->` and `<!-- end -->`."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)\n```\n<!-- end -->", text, re.DOTALL)
    if found is None:
        raise LookupError(f"{README}: expected a block under the marker {marker}")
    return found[1]
