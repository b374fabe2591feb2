"""The broken and the sound pools in this folder, as data.

A broken pool is a module of `broken` with a `Pool` and what must catch it:

    CAUGHT = (Caught("MAP-01", "FAIL", "the results of map"),)

A module that names a `SUBJECT` instead of having a `Pool` shows a pool from elsewhere: the stdlib's
own, where its known failures are the flaw.  A sound pool is a module of `sound` with a `Pool`;
clauses that its oddity breaks by design are in `EXCEPT`, each with the reason.
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

    name: str
    """Its module's, without the packages."""
    subject: str
    """`MODULE:ATTR`."""
    wrong: str
    """What is odd about it: the first line of its docstring."""
    caught: tuple[Caught, ...] = ()
    exempt: Mapping[str, str] | None = None
    """Clause id -> why it does not apply; for sound pools."""


def broken_pools() -> list[Specimen]:
    """Return every pool of `broken`."""
    return [_specimen(m, caught=m.CAUGHT) for m in _modules(broken)]


def sound_pools() -> list[Specimen]:
    """Return every pool of `sound`."""
    return [_specimen(m, exempt=getattr(m, "EXCEPT", {})) for m in _modules(sound)]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):  # what several pools share
            continue
        yield importlib.import_module(f"{package.__name__}.{module.name}")


def _specimen(
    module: ModuleType,
    *,
    caught: tuple[Caught, ...] = (),
    exempt: Mapping[str, str] | None = None,
) -> Specimen:
    return Specimen(
        name=module.__name__.rpartition(".")[2],
        subject=getattr(module, "SUBJECT", f"{module.__name__}:Pool"),
        wrong=(module.__doc__ or "").partition("\n")[0],
        caught=caught,
        exempt=exempt,
    )
