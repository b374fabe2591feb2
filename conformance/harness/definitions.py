"""What a script has to import and to define for the names that its statements use."""

import ast
import builtins
import inspect
from collections.abc import Iterable
from types import ModuleType

from . import closures

Bindings = dict[str, ast.stmt]


def needed(
    names: Iterable[str], modules: list[ModuleType], importable: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Return the imports and the definitions for the names and for what these need in their turn.

    A name is looked for in the module that uses it, then in the others in their order; one that
    none of them binds is a module of the standard library, where it is `importable`.
    """
    bound = [_bindings(module) for module in modules]
    wanted: dict[tuple[int, int], ast.stmt] = {}
    imports = set[str]()
    todo, seen = [(name, 0) for name in names], set[tuple[str, int]]()
    while todo:
        name, asker = todo.pop()
        if (name, asker) in seen or hasattr(builtins, name):
            continue
        seen.add((name, asker))
        homes = [n for n in (asker, *range(len(bound))) if name in bound[n]]
        if homes:
            node = bound[homes[0]][name]
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.add(_import_of(name, node))
            elif (-homes[0], node.lineno) not in wanted:
                wanted[-homes[0], node.lineno] = node
                todo += [(each, homes[0]) for each in _names_in(node)]
        elif name in importable:
            imports.add(f"import {name}")
    return sorted(imports), [ast.unparse(wanted[place]) for place in sorted(wanted)]


def _bindings(module: ModuleType) -> Bindings:
    """Name -> the top-level statement of the module that binds it, as it is in a script."""
    found: Bindings = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {t.id: node for t in targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level):
            found |= {_bound_by(alias): node for alias in node.names}
    return {name: closures.standing_alone(node, vars(module)) for name, node in found.items()}


def _bound_by(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]


def _import_of(name: str, node: ast.Import | ast.ImportFrom) -> str:
    alias = next(alias for alias in node.names if _bound_by(alias) == name)
    what = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    return f"import {what}" if isinstance(node, ast.Import) else f"from {node.module} import {what}"


def _names_in(node: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
