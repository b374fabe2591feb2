"""Objects that are sent to workers and back, whole.  Light: workers import this."""

from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from pickle import PickleBuffer
from typing import Any, NoReturn

from .tasks import Token

_BUFFERS_SINCE = 5
"""The pickle protocol with which objects may hand out their memory (PEP 574)."""

_PATTERN = bytes(range(251))  # a prime length: bytes out of place by any power of two show


class Blob:
    """`size` bytes that depend on `seed`, and a repr that stays short."""

    def __init__(self, size: int, seed: int = 0) -> None:
        self.size = size
        self.seed = seed
        start = seed % len(_PATTERN)
        self.data: bytes | bytearray = (_PATTERN[start:] + _PATTERN * (size // len(_PATTERN) + 1))[
            :size
        ]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.size, self.seed))

    def __repr__(self) -> str:
        return f"Blob({self.size}, {self.seed})"


class Array(Blob):
    """A blob that hands out its memory where the pickler can take that, as NumPy's arrays do."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        if protocol < _BUFFERS_SINCE:
            return super().__reduce_ex__(protocol)
        return _array, (PickleBuffer(self.data), self.seed)

    def __repr__(self) -> str:
        return f"Array({self.size}, {self.seed})"


def _array(data: Any, seed: int) -> Array:
    held = bytes(memoryview(data))  # a pool may give anything that has a buffer (PEP 574)
    array = Array(len(held), seed)
    array.data = held
    return array


def first_byte(blob: Blob) -> int:
    """Return the first byte of its data."""
    return blob.data[0]


LOADING = "loading "
"""What is told of an argument when it is loaded, before the argument's own `repr`."""


class Announced:
    """A numbered argument that calls `note` with a line when it is loaded."""

    def __init__(self, number: int, note: Callable[[str], object]) -> None:
        self.number = number
        self._note = note

    def __reduce__(self) -> tuple[Any, ...]:
        return _announced, (self.number, self._note)

    def __repr__(self) -> str:
        return f"Announced({self.number})"


def _announced(number: int, note: Callable[[str], object]) -> Announced:
    argument = Announced(number, note)
    note(f"{LOADING}{argument}")
    return argument


def number_of(argument: Announced) -> int:
    """Return the number of an argument."""
    return argument.number


class Turnstile:
    """A function that counts its calls."""

    def __init__(self, count: int = 0) -> None:
        self.count = count

    def push(self, _item: object = None) -> int:
        """Return how many calls there have been, this one included."""
        self.count += 1
        return self.count

    __call__ = push

    def __repr__(self) -> str:
        return f"Turnstile({self.count})"


class Graph:
    """Knows its nodes by identity, as a dictionary does whose keys define no `__eq__`."""

    def __init__(self, size: int) -> None:
        self.nodes = [Token(number) for number in range(size)]
        self._weights = {node: 10 * node.number for node in self.nodes}

    def weight_of(self, node: Token) -> int | None:
        """Return ten times the number of the node; None for one that is not of this graph."""
        return self._weights.get(node)

    def __repr__(self) -> str:
        return f"Graph({len(self.nodes)})"


class Reduced:
    """Travels only by the reduction that is registered for it, as tensors and connections do."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __reduce__(self) -> NoReturn:
        raise TypeError("expected ForkingPickler with its registered reductions, got another")

    def __repr__(self) -> str:
        return f"Reduced({self.value!r})"


def _reduced(instance: Reduced) -> tuple[type[Reduced], tuple[Any]]:
    return Reduced, (instance.value,)


ForkingPickler.register(Reduced, _reduced)
