"""The broken and the sound pools in this folder, as data.

A broken pool is a module of `broken` with a `Pool` and what must catch it:

    CAUGHT = (Caught("MAP-01", "FAIL", "the results of map"),)

A sound pool is a module of `sound` with a `Pool`; clauses that its oddity breaks
by design are in `EXCEPT`, each with the reason.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from . import broken, sound


@dataclass(frozen=True)
class Caught:
    """A clause that fails on a broken pool, its verdict, and what the failure text says."""

    clause: str
    verdict: str
    text: str
    start_method: str = "fork"


@dataclass(frozen=True)
class Specimen:
    """One pool of this folder."""

    subject: str
    """`MODULE:ATTR`."""
    wrong: str
    """What is odd about it: the first line of its docstring."""
    caught: tuple[Caught, ...] = ()
    exempt: Mapping[str, str] | None = None
    """Clause id -> why it does not apply; for sound pools."""


def broken_pools() -> list[Specimen]:
    """Return every pool of `broken`."""
    return [
        Specimen(f"{m.__name__}:Pool", _first_line(m), caught=m.CAUGHT) for m in _modules(broken)
    ]


def sound_pools() -> list[Specimen]:
    """Return every pool of `sound`."""
    return [
        Specimen(f"{m.__name__}:Pool", _first_line(m), exempt=getattr(m, "EXCEPT", {}))
        for m in _modules(sound)
    ]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):  # what several pools share
            continue
        yield importlib.import_module(f"{package.__name__}.{module.name}")


def _first_line(module: ModuleType) -> str:
    return (module.__doc__ or "").partition("\n")[0]
