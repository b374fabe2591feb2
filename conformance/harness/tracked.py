"""A pool as clauses see it: the subject's own, with each call's phase and transcript.

`TrackedPool`, the result handles and the iterators it returns pass every call
on unchanged; what they add is the phase on the board, so that a hang has a
place, and a line in the transcript, so that it has a script.  `raw` is the
subject's own object, for clauses about types and identity.
"""

from collections.abc import Callable
from typing import Any, Self

from .expect import MissingMethod
from .phases import PhaseBoard
from .transcript import Transcript

_PHASES = {
    "apply_async": "submit",
    "map_async": "submit",
    "starmap_async": "submit",
    "imap": "submit",
    "imap_unordered": "submit",
    "next": "iterate",
    "__next__": "iterate",
    "__exit__": "exit",
    "__enter__": "enter",
}
_HANDLES = frozenset({"apply_async", "map_async", "starmap_async"})
_ITERATORS = frozenset({"imap", "imap_unordered"})


class Tracker:
    """Writes one call to the board and the transcript, then makes it."""

    def __init__(self, board: PhaseBoard, transcript: Transcript) -> None:
        self.board = board
        self.transcript = transcript

    def call(
        self, target: str, method: str, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> tuple[Any, str]:
        """Make the call; returns its value and the name the transcript gave it."""
        name = self.transcript.call(target, method, args, kwargs)
        phase = self.board.phase(_PHASES.get(method, method))
        with phase, self.transcript.outcome_of(name):
            return function(*args, **kwargs), name


class Tracked:
    """Passes calls on to `raw`, tracked; the base of the three below."""

    def __init__(self, raw: Any, name: str, tracker: Tracker) -> None:
        self.raw = raw
        self._name = name
        self._tracker = tracker

    def __repr__(self) -> str:
        return repr(self.raw)

    def in_script(self) -> str:
        """Return the name that it has in a script."""
        return self._name

    def __getattr__(self, attribute: str) -> Any:
        try:
            value = getattr(self.raw, attribute)
        except AttributeError:
            kind = type(self.raw).__name__
            raise MissingMethod(f"{kind} has no {attribute!r}: see API-01") from None
        return self._wrap(attribute, value) if callable(value) else value

    def _wrap(self, attribute: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def tracked(*args: Any, **kwargs: Any) -> Any:
            value, name = self._tracker.call(self._name, attribute, function, *args, **kwargs)
            if attribute in _HANDLES:
                return Tracked(value, name, self._tracker)
            if attribute in _ITERATORS:
                return TrackedIterator(value, name, self._tracker)
            return value

        return tracked


class TrackedIterator(Tracked):
    """What `imap` and `imap_unordered` return."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        value, _ = self._tracker.call(self._name, "__next__", self.raw.__next__)
        return value


class TrackedPool(Tracked):
    """A pool of the subject's."""

    def __enter__(self) -> Self:
        self._wrap("__enter__", self._special("__enter__"))()
        return self

    def __exit__(self, *error: object) -> None:
        enclosing = self._special("__exit__")
        self._tracker.transcript.call(self._name, "__exit__", (None, None, None), {})
        with self._tracker.board.phase("exit"):
            enclosing(*error)

    def _special(self, name: str) -> Callable[..., Any]:
        method = getattr(self.raw, name, None)
        if method is None:
            raise MissingMethod(f"{type(self.raw).__name__} has no {name!r}: see API-01")
        return method  # type: ignore[no-any-return]  # whatever the subject has there
