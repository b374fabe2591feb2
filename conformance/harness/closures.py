"""What a function or a generator was compiled from, written so that it stands by itself.

Names of its surroundings become what they stand for, the suite's modules vanish (`tasks.square`
is `square` in a script), and so do annotations and docstrings.
"""

import ast
import copy
import functools
import linecache
import types
from collections.abc import Mapping
from typing import Any

from .. import place

Node = ast.FunctionDef | ast.Lambda | ast.GeneratorExp
_KINDS: dict[str, type[Node]] = {"<lambda>": ast.Lambda, "<genexpr>": ast.GeneratorExp}
_FIRST = ".0"  # what CPython calls the iterator that a generator expression is given


def node_of(code: types.CodeType) -> Node | None:
    """Return what the code was compiled from; None where that is not clear, or cannot be moved."""
    kind: type[Node] = _KINDS.get(code.co_name, ast.FunctionDef)
    found = [
        node
        for node in ast.walk(_tree(code.co_filename))
        if isinstance(node, kind)
        and node.lineno == code.co_firstlineno
        and getattr(node, "name", code.co_name) == code.co_name
    ]
    if len(found) != 1 or any(isinstance(each, ast.Nonlocal) for each in ast.walk(found[0])):
        return None
    return found[0]


def source(node: Node, bound: Mapping[str, str], seen: Mapping[str, Any], name: str = "") -> str:
    """Return the source, `bound` in place of the names of its surroundings.

    `seen` are its globals; `name` is what a function is called instead of its own.
    """
    plain = copy.deepcopy(node)
    if isinstance(plain, ast.FunctionDef):
        plain.name = name or plain.name
    if isinstance(plain, ast.GeneratorExp) and _FIRST in bound:
        plain.generators[0].iter = _parsed(bound[_FIRST])
    return ast.unparse(_StandingAlone(bound, seen).visit(plain))


def standing_alone(node: ast.stmt, seen: Mapping[str, Any]) -> ast.stmt:
    """Return a statement of a module of the suite as a script has it; `seen` are its globals."""
    return _StandingAlone({}, seen).visit(node)  # type: ignore[no-any-return]  # a statement stays


class _StandingAlone(ast.NodeTransformer):
    def __init__(self, bound: Mapping[str, str], seen: Mapping[str, Any]) -> None:
        self._bound = bound
        self._seen = seen

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = isinstance(node.ctx, ast.Load) and node.id in self._bound
        return _parsed(self._bound[node.id]) if known else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and _is_ours(self._seen.get(node.value.id)):
            return ast.copy_location(ast.Name(node.attr, ast.Load()), node)
        plain = self.generic_visit(node)
        assert isinstance(plain, ast.Attribute)
        return plain.value if plain.attr == "raw" else plain  # a script has no other pools

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | None:
        if node.value is None:
            return None
        plain = ast.Assign([node.target], node.value)
        return self.generic_visit(ast.fix_missing_locations(ast.copy_location(plain, node)))  # type: ignore[return-value]  # a statement stays

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        _without_docstring(node)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        _without_docstring(node)
        return self.generic_visit(node)


def _without_docstring(node: ast.FunctionDef | ast.ClassDef) -> None:
    node.body = [
        line
        for line in node.body
        if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
    ] or [ast.Pass()]


def _is_ours(value: object) -> bool:
    return isinstance(value, types.ModuleType) and value.__name__.startswith(place.PACKAGE + ".")


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@functools.cache
def _tree(path: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(path)))
