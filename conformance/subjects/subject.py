"""One pool under test, opened the same way whatever it is."""

import importlib
import multiprocessing
import multiprocessing.pool
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .capabilities import METHODS, NAMES, Capabilities
from .declaring import Declaration
from .errors import SubjectError, UndeclaredError
from .known import KnownSubject
from .starting import Way, family_of, way_to_start, with_start_method


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A pool that imports, with what it declares; made by `load`.

    Guarantees: immutable; `open` may be called any number of times, from any thread, but under
    the way `global` it changes the start method of the whole process.
    """

    name: str
    """`MODULE:ATTR`, as given."""
    target: Callable[..., Any]
    """What ATTR is."""
    version: str
    """Of its distribution; of Python for the standard library."""
    capabilities: Capabilities
    """What it declares."""
    known: KnownSubject | None
    """Its row in the registry, if it has one."""
    declaration: Declaration | None = None
    """What it says of itself, if it does."""
    adapted: bool = False
    """Whether what opens it stands before a pool with another API, of this suite or not."""

    @property
    def start_method_by(self) -> Way:
        """How it is told the start method."""
        if self.known and self.known.adapter:
            return "adapter"
        return way_to_start(self.target, self.capabilities.start_methods)

    def start_methods(self, selected: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the start methods to run it under, in its own order.

        `selected` restricts them (None: all).  A subject that starts workers in one way of its own
        (`thread`, `ray`) has no choice to restrict: it always runs, once.
        """
        own = self.capabilities.start_methods
        if selected is None or not set(own) & set(multiprocessing.get_all_start_methods()):
            return own
        wanted = set(selected)
        return tuple(method for method in own if method in wanted)

    def open(
        self,
        processes: int | None = 2,
        *,
        start_method: str | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> Any:
        """Return a new pool that has the Pool API, as far as the subject declares it.

        `start_method` None is the subject's first.  What is left at its default is not passed on,
        so that a pool without `maxtasksperchild` can be opened.  Arguments are not checked here:
        how a pool refuses a bad one is for the clauses to judge.

        Raises UndeclaredError for an argument that its adapter does not declare; SubjectError for
        a start method it does not have, and when what it returns has no method of a pool.
        """
        method = self._checked(start_method)
        options: dict[str, Any] = {}
        if initializer is not None or initargs:
            options |= {"initializer": initializer, "initargs": initargs}
        if maxtasksperchild is not None:
            options["maxtasksperchild"] = maxtasksperchild
        if self.known and self.known.adapter:
            self._check_declared(set(options), method)
            pool = self._adapter().open_pool(self.target, processes, method, **options)
        else:
            target, context = with_start_method(self.target, self.start_method_by, method)
            pool = target(processes=processes, **options, **context)
        if not any(hasattr(pool, name) for name in METHODS):
            raise SubjectError(
                f"{self.name}: expected a pool with methods such as map, got "
                f"{type(pool).__name__}; give the name of a pool class or of a function that "
                f"makes one"
            )
        return pool

    def finish(self, pool: Any) -> None:
        """End `pool` gracefully, as its engine does: jobs under way end first, then the workers."""
        if self.capabilities.close:
            pool.close()
        if self.capabilities.join:
            pool.join()
        else:
            pool.__exit__(None, None, None)

    @property
    def prepares(self) -> bool:
        """Whether something has to be there before any pool: a runtime that `prepare` starts."""
        return self._step("prepare") is not None

    def prepare(self) -> None:
        """Start what the engine keeps alive between pools, where it has to be there for any."""
        self._take("prepare")

    def release(self) -> None:
        """End what the engine keeps alive between pools (a cluster, a shared executor)."""
        self._take("release")

    def error(self, name: str) -> type[BaseException]:
        """Return the subject's own class for an exception of multiprocessing, by name.

        billiard and multiprocess raise their own `TimeoutError` and `MaybeEncodingError`; a test
        that says `subject.error("TimeoutError")` accepts the one that belongs to the pool.
        Raises AttributeError for a name that neither the family nor the stdlib has.
        """
        family = family_of(self.target)
        for module in (family, getattr(family, "pool", None), multiprocessing):
            found = getattr(module, name, None)
            if isinstance(found, type) and issubclass(found, BaseException):
                return found
        stdlib: type[BaseException] = getattr(multiprocessing.pool, name)
        return stdlib

    def _checked(self, start_method: str | None) -> str:
        own = self.capabilities.start_methods
        if start_method is None:
            return own[0]
        if start_method not in own:
            raise SubjectError(
                f"{self.name}: expected a start method out of {', '.join(own)}, "
                f"got {start_method!r}"
            )
        return start_method

    def _check_declared(self, options: set[str], method: str) -> None:
        missing = self.capabilities.missing(sorted(options & NAMES), method)
        if missing:
            raise UndeclaredError(
                f"{self.name}: expected only what it declares under {method}, got "
                f"{', '.join(missing)}; ask capabilities.has(name, start_method) first",
                missing,
            )

    def _take(self, name: str) -> None:
        step = self._step(name)
        if step is not None:
            step()

    def _step(self, name: str) -> Callable[[], object] | None:
        adapted = self.known and self.known.adapter
        engine = self._adapter() if adapted else self.declaration
        step: Callable[[], object] | None = getattr(engine, name, None)
        return step

    def _adapter(self) -> Any:
        assert self.known is not None
        return importlib.import_module(f".adapters.{self.known.adapter}", __package__)
