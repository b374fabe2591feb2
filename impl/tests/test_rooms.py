"""The walls of the project: which room may import which."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: asv keeps the history of the reference pool itself; everything else comes by name
MEASURED = (Path("benchmarks/_pools.py"), "poolproof.Pool")
UP = 2  # `from ..package.module import name`, in a module of a package
OURS = {"poolproof", "conformance", "benchmarks", "reports", "impl"}
#: a room's folder, and what it may import of the others, by prefix
ROOMS: dict[str, tuple[str, ...]] = {
    "impl/poolproof": (),
    "conformance": (),
    "benchmarks": ("conformance.subjects", "conformance.tasks"),
    "reports": (),
}


#: a package of the pool, and what it may import of the others; `_errors` and `_wording` are free
PACKAGES: dict[str, set[str]] = {
    "_wire": set(),
    "_worker": {"_wire"},
    "_front": {"_wire"},
    "_process": {"_wire", "_worker", "_front"},
    "_link": {"_wire", "_front", "_process"},
    "_engine": {"_wire", "_front", "_process", "_link"},
}


def _sources(room: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        yield path, ast.parse(path.read_text(), str(path))


def _absolute_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of everything imported absolutely."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def _trespasses(room: str) -> Iterator[str]:
    for path, tree in _sources(room):
        for line, name in _absolute_imports(tree):
            reason = _refusal(room, path, name)
            if reason is not None and (path.relative_to(ROOT), name) != MEASURED:
                yield f"{path.relative_to(ROOT)}:{line} imports {name}: {reason}"


def _refusal(room: str, path: Path, name: str) -> str | None:
    """Say why a file of a room may not import a name, None where it may."""
    top = name.partition(".")[0]
    if top == Path(room).name:
        # Loaded by pytest or the interpreter as a module of no package, a file has no relatives.
        alone = path.name == "sitecustomize.py" or not (path.parent / "__init__.py").exists()
        return None if alone else "inside a room imports are relative"
    if top in OURS and not any(f"{name}.".startswith(f"{allowed}.") for allowed in ROOMS[room]):
        return f"{room} may import of the other rooms: {', '.join(ROOMS[room]) or 'nothing'}"
    if room == "impl/poolproof" and top not in sys.stdlib_module_names:
        return "the reference pool needs the standard library only"
    return None


def test_each_room_imports_only_what_it_may() -> None:
    for room in ROOMS:
        assert any(_sources(room)), f"{room} holds no Python file: has it moved?"
    trespasses = [found for room in ROOMS for found in _trespasses(room)]
    assert not trespasses, "\n".join(trespasses)


def test_each_package_of_the_pool_knows_only_those_below_it() -> None:
    """What is only imported for its type is known, too."""
    package = ROOT / "impl/poolproof"
    inside = {path.parent.name for path in package.glob("*/__init__.py")}
    assert inside == set(PACKAGES), "the table is not that of the folders"
    trespasses = [
        f"{path.relative_to(ROOT)}:{node.lineno} imports {node.module}"
        for name, known in PACKAGES.items()
        for path, tree in _sources(f"impl/poolproof/{name}")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == UP
        if (node.module or "").partition(".")[0] not in known | {"_errors", "_wording"}
    ]
    assert not trespasses, "\n".join(trespasses)


def test_the_protocol_document_names_the_role_of_every_module() -> None:
    """Whoever opens a file finds in the README what it is for, and who runs it."""
    package = ROOT / "impl/poolproof"
    told = (package / "README.md").read_text()
    modules = {str(path.relative_to(package)) for path in package.rglob("*.py")}
    modules = {name for name in modules if not name.endswith("__init__.py")}
    assert modules
    assert not {name for name in modules if f"`{name}`" not in told}
