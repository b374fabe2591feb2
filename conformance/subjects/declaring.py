"""How a pool outside this suite says what it can do.

A pool whose author keeps it elsewhere has no row in `known`.  Without a word it is held to the
whole Pool API; what it lacks it declares itself:

    @declares(map_async=False, starmap_async=False)
    class Pool: ...

and a pool with an API of its own joins through a function that gives it the Pool's, as far as it
goes.  `adapter=True` then spares it the clauses about the constructor, which is the function's:

    @declares(adapter=True, methods=["map"], chunksize=False)
    def open_pool(processes=None, initializer=None, initargs=()):
        return Face(mylib.Crew(processes, initializer, initargs))

An engine that needs something up before any pool, a cluster say, names what starts it and what
ends it: `prepare=start_cluster, release=stop_cluster`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .capabilities import METHODS, NAMES, STANDARD_METHODS, Capabilities

Target = TypeVar("Target", bound=Callable[..., Any])

_ATTRIBUTE = "__poolproof_declaration__"
_OTHERS = frozenset({"start_methods", "not_under"})
Step = Callable[[], object]


@dataclass(frozen=True)
class Declaration:
    """What a pool says of itself."""

    capabilities: Capabilities
    adapter: bool
    """Whether the callable stands before a pool with another API."""
    prepare: Step | None
    """Starts what the engine keeps alive between pools."""
    release: Step | None
    """Ends it."""


def declares(
    *,
    adapter: bool = False,
    methods: Iterable[str] = METHODS,
    prepare: Step | None = None,
    release: Step | None = None,
    **capabilities: Any,
) -> Callable[[Target], Target]:
    """Declare what a pool class, or a function that makes pools, can do.

    `methods` are those of the Pool that it has.  What is not named is declared as the full Pool
    API has it; see `Capabilities`.  Every test body calls `prepare` before its first pool and
    `release` after its last: the runtime of one never serves another.
    Raises: TypeError for a name that is no capability or no method, and for a value that is not
    of its kind.
    """
    _expect_list("methods", methods)
    methods = tuple(methods)
    _expect_names("methods", methods, frozenset(METHODS))
    _expect_names("capabilities", capabilities, NAMES | _OTHERS)
    for name, value in capabilities.items():
        if name in NAMES and not isinstance(value, bool):
            raise TypeError(f"expected True or False for the capability {name}, got {value!r}")
    for step, function in (("prepare", prepare), ("release", release)):
        if function is not None and not callable(function):
            raise TypeError(f"expected a function without arguments as {step}, got {function!r}")
    started = capabilities.get("start_methods", STANDARD_METHODS)
    _expect_start_methods(started)
    _expect_not_under(capabilities.get("not_under", {}), started)
    has = {method: method in methods for method in METHODS}
    declaration = Declaration(Capabilities(**{**has, **capabilities}), adapter, prepare, release)

    def declared(target: Target) -> Target:
        setattr(target, _ATTRIBUTE, declaration)
        return target

    return declared


def declaration_of(target: object) -> Declaration | None:
    """Return what `declares` left on a pool; None for one that says nothing.

    A subclass may lack other things than its base: it does not inherit the declaration.
    """
    own: Declaration | None = vars(target).get(_ATTRIBUTE) if hasattr(target, "__dict__") else None
    return own


def _expect_list(what: str, got: object) -> None:
    if isinstance(got, str):  # of which each letter would be a name
        raise TypeError(f"expected a list of {what}, got {got!r}; write [{got!r}]")


def _expect_names(what: str, got: Iterable[str], known: frozenset[str]) -> None:
    unknown = sorted(set(got) - known)
    if unknown:
        raise TypeError(
            f"expected {what}, got {', '.join(unknown)}; there are: {', '.join(sorted(known))}"
        )


def _expect_start_methods(got: object) -> None:
    words = got if isinstance(got, tuple) and all(isinstance(word, str) for word in got) else ()
    if not words or len(set(words)) < len(words):
        raise TypeError(
            f"expected start_methods as a tuple of texts, its default first, got {got!r}"
        )


def _expect_not_under(got: object, started: tuple[str, ...]) -> None:
    if not isinstance(got, Mapping):
        raise TypeError(f"expected not_under as {{start method: [capabilities]}}, got {got!r}")
    _expect_names("start methods in not_under", got, frozenset(started))
    for names in got.values():
        _expect_list("capabilities", names)
        _expect_names("capabilities in not_under", names, NAMES)
