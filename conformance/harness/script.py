"""A stand-alone script of what a body did: imports the subject and nothing of the suite.

But for a subject with an API of its own, whose calls go through the adapter of the suite, and for
one that names what starts and what ends what its pools need: the suite knows these two functions.
Rendered from the transcript of the calls (see `transcript`) and the source of
the task functions they name.
"""

import ast
import builtins
import inspect
import multiprocessing
import sys
import textwrap
from types import ModuleType

from .. import place
from ..subjects import KNOWN
from .attempt import Attempt
from .request import Request
from .transcript import PLACEHOLDER, RAISED
from .verdicts import Verdict

_VALUES = frozenset({"apply", "map", "starmap", "get", "next", "__next__", "ready", "successful"})
"""Methods whose value says what the pool did, where a handle or an iterator says nothing."""
_MODULES = ("functools", "os", "signal")  # that statements may name


def render(seen: Attempt, request: Request, modules: list[ModuleType]) -> str:
    """Return the script; `modules` are searched in order for the names the calls use."""
    statements = _survived(seen.transcript.rstrip().splitlines())
    if seen.verdict is Verdict.FAIL:
        statements += _shown(statements)
    if request.prepare:
        statements = ["runtime.prepare()", *statements, "runtime.release()"]
    where = f" in {seen.phase}" if seen.phase else ""
    statements.append(f"# {seen.verdict}{where}: {seen.message or seen.observed}".split("\n")[0])
    names = {n.id for n in ast.walk(ast.parse("\n".join(statements))) if isinstance(n, ast.Name)}
    imports, definitions = _needed(names, modules)
    parts = [
        f'"""{request.clause}: {request.subject} under {request.start_method}, {seen.verdict}."""',
        "\n".join(sorted({*imports, *_subject_import(request)})),
        _opener(request),
        f"runtime = load({request.subject!r})" if request.prepare else "",
        *definitions,
        "if __name__ == '__main__':\n"
        + textwrap.indent("\n".join(_body(statements, request)), "    "),
    ]
    if PLACEHOLDER in seen.transcript:
        parts.insert(1, "# Where it says ..., the body passed something that has no source text.")
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _subject_import(request: Request) -> list[str]:
    loader = f"from {place.PACKAGE}.subjects import load"
    if not _has_pool_api(request):
        return ["import functools", loader]
    module, _, attribute = request.subject.partition(":")
    family = _family(module)
    imports = [f"import {family}", f"from {module} import {attribute} as Pool"]
    return [*imports, loader] if request.prepare else imports


def _has_pool_api(request: Request) -> bool:
    known = KNOWN.get(request.subject)
    return known is None or known.has_pool_api


def _opener(request: Request) -> str:
    if _has_pool_api(request):
        return ""
    start = f"load({request.subject!r}).open, start_method={request.start_method!r}"
    return f"Pool = functools.partial({start})"


def _survived(statements: list[str]) -> list[str]:
    """Let the script go on behind a call that raised, as the body did."""
    marks = (line.removeprefix(RAISED).split() for line in statements if line.startswith(RAISED))
    raised = {name: (caught, kind) for name, caught, kind in marks}
    kept = (line for line in statements if not line.startswith(RAISED))
    return [_caught(raised.get(line.partition(" = ")[0]), line) for line in kept]


def _shown(statements: list[str]) -> list[str]:
    """Return statements that print what the calls gave: a wrong value shows in no other way."""
    calls = ast.parse("\n".join(statements)).body
    return [f"print(f'{{{name} = }}')" for node in calls if (name := _value_of(node))]


def _value_of(node: ast.stmt) -> str | None:
    """Return the name in `name = something.method(...)`, the method being one of `_VALUES`."""
    match node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(attr=method))):
            return name if method in _VALUES else None
    return None


def _caught(raised: tuple[str, str] | None, statement: str) -> str:
    """Catch what a call raised, and print it: it may be what is wrong."""
    if raised is None:
        return statement
    caught, kind = raised
    name = statement.partition(" = ")[0]
    return (
        f"try:\n    {statement}\n"
        f"except {caught} as raised:  # {kind}\n    print(f'{name} raised {{raised!r}}')"
    )


def _family(module: str) -> str:
    """Return the package whose `set_start_method` rules this subject."""
    top = module.partition(".")[0]
    return top if hasattr(sys.modules.get(top), "set_start_method") else "multiprocessing"


def _body(statements: list[str], request: Request) -> list[str]:
    family = _family(request.subject.partition(":")[0])
    engines_own = request.start_method not in multiprocessing.get_all_start_methods()
    if engines_own or not _has_pool_api(request):
        return statements
    return [f"{family}.set_start_method({request.start_method!r}, force=True)", *statements]


def _needed(names: set[str], modules: list[ModuleType]) -> tuple[list[str], list[str]]:
    """Return the imports and the definitions that `names` need, transitively."""
    imports: list[str] = []
    definitions: list[str] = []
    for module in modules:
        bindings = _bindings(module)
        wanted, todo = set[str](), [name for name in names if name in bindings]
        while todo:
            name = todo.pop()
            if name in wanted or hasattr(builtins, name):
                continue
            wanted.add(name)
            todo += [n for n in _names_in(bindings[name]) if n in bindings]
        names = names - wanted
        chosen = {bindings[name].lineno: bindings[name] for name in wanted}
        ordered = [chosen[line] for line in sorted(chosen)]
        definitions += [ast.unparse(node) for node in ordered if not _is_import(node)]
        imports += [
            _import_of(name, bindings[name]) for name in wanted if _is_import(bindings[name])
        ]
    imports += [f"import {name}" for name in _MODULES if name in names]
    return imports, definitions


def _bindings(module: ModuleType) -> dict[str, ast.stmt]:
    """Name -> the top-level statement of the module that binds it."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {t.id: node for t in targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).partition(".")[0]: node for a in node.names}
    return found


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _import_of(name: str, node: ast.stmt) -> str:
    assert isinstance(node, ast.Import | ast.ImportFrom)
    alias = next(a for a in node.names if (a.asname or a.name).partition(".")[0] == name)
    what = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    if isinstance(node, ast.Import):
        return f"import {what}"
    return f"from {'.' * node.level}{node.module or ''} import {what}"


def _names_in(node: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
