"""A stand-alone script of what a body did: imports the subject and nothing of the suite.

But for a subject with an API of its own, whose calls go through the adapter of the suite, and for
one that declares by itself what starts and what ends what its pools need.  Where an adapter does
that, what it does is in the script.
Rendered from the transcript of the calls (see `transcript`) and the source of
the task functions they name.  It prints what is wrong with a broken pool, and with a sound
one it ends well; what a list of statements cannot do it says, and ends at once.
"""

import ast
import importlib
import multiprocessing
import sys
import textwrap
from types import ModuleType

from .. import place
from ..subjects import KNOWN
from .attempt import Attempt
from .definitions import needed
from .request import Request
from .sources import FOLDER
from .transcript import HISTORY, MAY_RAISE, NO_SCRIPT, RAISED, RECORDED
from .verdicts import Verdict

_VALUES = frozenset({"apply", "map", "starmap", "get", "next", "__next__", "ready", "successful"})
"""Methods whose value says what the pool did, where a handle or an iterator says nothing."""
_MODULES = (
    "contextlib",
    "functools",
    "multiprocessing",
    "os",
    "pathlib",
    "signal",
    "tempfile",
    "threading",
    "time",
    "traceback",
    "types",
    "warnings",
)  # that statements may name
_HANG_S = 30  # in a script, where nothing but the pool is slow
_LEFT = (
    "print(multiprocessing.active_children(), threading.enumerate(), sep='\\n')",
    (
        "print(*(f'{fd} -> {fd.readlink()}' for fd in pathlib.Path('/proc/self/fd').iterdir()"
        " if fd.is_symlink()), sep='\\n')"
    ),
)
_TOO_LATE = frozenset({"interpreter exit", "gc", "census", "release"})
"""Phases that come when the calls are over: a script goes to its end to get there."""


def render(seen: Attempt, request: Request, modules: list[ModuleType]) -> str:
    """Return the script; `modules` are searched in order for the names the calls use."""
    lines = seen.transcript.rstrip().splitlines()
    reasons = [line.removeprefix(NO_SCRIPT) for line in lines if line.startswith(NO_SCRIPT)]
    lines = [line for line in lines if not line.startswith(NO_SCRIPT)]
    statements = _survived(lines, all_shown=seen.verdict is Verdict.FAIL)
    shown = _shown(lines, seen.verdict)
    marked = any(line.startswith((RAISED, MAY_RAISE)) for line in lines)
    if seen.verdict is Verdict.FAIL and not shown and not marked:
        reasons.append("what is wrong is not in what a call gives")
    if not any(RECORDED in line for line in shown):
        statements = _unrecorded(statements)
    statements += shown
    if FOLDER in _names("\n".join(statements)):
        statements.insert(0, f"{FOLDER} = tempfile.mkdtemp()")
    statements = _ending(statements, seen)
    adapter = _engine_adapter(request)
    if request.prepare:
        engine = "" if adapter else "runtime."
        statements = [f"{engine}prepare()", *statements, f"{engine}release()"]
    where = f" in {seen.phase}" if seen.phase else ""
    statements.append(f"# {seen.verdict}{where}: {seen.message or seen.observed}".split("\n")[0])
    if reasons:
        told = f"this case cannot be written as a script: {reasons[0]}; use the replay command"
        statements = [f"raise SystemExit({told!r})", "# The calls were these:", *statements]
    homes = [adapter, *modules] if adapter else modules
    imports, definitions = needed(_names("\n".join(statements)), homes, _MODULES)
    parts = [
        f'"""{request.clause}: {request.subject} under {request.start_method}, {seen.verdict}."""',
        "\n".join(sorted({*imports, *_subject_import(request)})),
        _opener(request),
        f"runtime = load({request.subject!r})" if _declares_engine(request) else "",
        *definitions,
        "if __name__ == '__main__':\n"
        + textwrap.indent("\n".join(_body(statements, request)), "    "),
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _subject_import(request: Request) -> list[str]:
    loader = f"from {place.PACKAGE}.subjects import load"
    if not _has_pool_api(request):
        return ["import functools", loader]
    module, _, attribute = request.subject.partition(":")
    family = _family(module)
    imports = [f"import {family}", f"from {module} import {attribute} as Pool"]
    return [*imports, loader] if _declares_engine(request) else imports


def _engine_adapter(request: Request) -> ModuleType | None:
    """Return the adapter that starts and ends what pools with the Pool API need."""
    known = KNOWN.get(request.subject)
    if not request.prepare or known is None or not known.adapter or not known.has_pool_api:
        return None
    return importlib.import_module(f"{place.PACKAGE}.subjects.adapters.{known.adapter}")


def _declares_engine(request: Request) -> bool:
    return request.prepare and _engine_adapter(request) is None


def _has_pool_api(request: Request) -> bool:
    known = KNOWN.get(request.subject)
    return known is None or known.has_pool_api


def _opener(request: Request) -> str:
    if _has_pool_api(request):
        return ""
    start = f"load({request.subject!r}).open, start_method={request.start_method!r}"
    return f"Pool = functools.partial({start})"


def _survived(lines: list[str], *, all_shown: bool) -> list[str]:
    """Let the script go on behind a call that raised, or was to raise, as the body did."""
    raised, expected = _marks(lines, RAISED), _marks(lines, MAY_RAISE)
    found = []
    for line in lines:
        name = line.partition(" = ")[0]
        if line.startswith((RAISED, MAY_RAISE)):
            continue
        if name in raised or (name in expected and all_shown):
            caught = _caught(*(raised.get(name) or expected[name]), line)
            returns = all_shown and (name.startswith("pool") or _value_of(ast.parse(line).body[0]))
            found.append(f"{caught}\nelse:\n    print(f'{{{name} = }}')" if returns else caught)
        elif name in expected:
            found.append(f"with contextlib.suppress({expected[name][0]}):\n    {line}")
        else:
            found.append(line)
    return found


def _marks(lines: list[str], begins: str) -> dict[str, tuple[str, str]]:
    """Return what catches the error of a call, and its kind, by the name of the result."""
    marks = (line.removeprefix(begins).split() for line in lines if line.startswith(begins))
    return {name: (caught, kind) for name, caught, kind in marks}


def _caught(caught: str, kind: str, statement: str) -> str:
    """Catch what a call raised, and print it: it may be what is wrong."""
    name = statement.partition(" = ")[0]
    return (
        f"try:\n    {statement}\n"
        f"except {caught} as raised:  # {kind}\n    print(f'{name} raised {{raised!r}}')"
    )


def _shown(lines: list[str], verdict: Verdict) -> list[str]:
    """Return statements that print what came of it: a wrong value shows in no other way."""
    if verdict is Verdict.LEAK:
        return [*_LEFT]
    if verdict is not Verdict.FAIL:
        return []
    told = _marks(lines, RAISED) | _marks(lines, MAY_RAISE)
    body = ast.parse("\n".join(lines)).body
    names = [name for node in body if (name := _value_of(node)) and name not in told]
    shown = [f"print(f'{{{name} = }}')" for name in names]
    history = f"pathlib.Path({FOLDER} + '/{HISTORY}')"
    if any(RECORDED in line for line in lines):
        shown.append(
            f"print({history}.read_text() if {history}.exists() else 'no task ran')  # {RECORDED}"
        )
    return shown


def _value_of(node: ast.stmt) -> str | None:
    """Return the name in `name = something.method(...)`, the method being one of `_VALUES`."""
    match node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(attr=method))):
            return name if method in _VALUES else None
        case ast.Assign([ast.Name(name)]) if name.startswith("given"):
            return name  # what a callback was given
    return None


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


def _unrecorded(statements: list[str]) -> list[str]:
    """Leave the side channel out, where nothing is read from it."""
    wrapped = f"partial({RECORDED}, "
    return [
        ast.unparse(_Unrecorded().visit(ast.parse(s))) if wrapped in s else s for s in statements
    ]


class _Unrecorded(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(
                ast.Attribute(ast.Name("functools"), "partial"), [ast.Name("recorded"), _, task]
            ):
                return task
        return node


def _ending(statements: list[str], seen: Attempt) -> list[str]:
    """End a script whose body hung or died where that did not happen: nothing follows it there."""
    if seen.verdict not in (Verdict.HANG, Verdict.CRASH):
        return statements
    until = [] if seen.phase in _TOO_LATE else ["ended()"]
    if seen.verdict is Verdict.HANG:
        alarm = f"signal.alarm({_HANG_S})  # seconds, of which it takes none where it does not hang"
        statements = ["signal.signal(signal.SIGALRM, hung)", alarm, *statements]
    return [*statements, *until]


def _names(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
