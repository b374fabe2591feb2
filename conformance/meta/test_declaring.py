"""A pool outside this suite declares what it can do, in the module that has it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from ..harness.bound import BoundSubject
from ..harness.clock import BodyClock
from ..harness.constructing import own_constructor
from ..harness.expect import NotSupported
from ..harness.phases import PhaseBoard
from ..subjects import METHODS, declares, load

_MODULE = f"""
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import Pool as Whole

from {declares.__module__.rpartition(".")[0]} import declares


@declares(map_async=False, not_under={{"fork": frozenset({{"maxtasksperchild"}})}})
class Lacking(Whole):
    map_async = None


class Heir(Lacking):
    pass


class Face:
    def __init__(self, crew):
        self.map = lambda func, items, chunksize=None: list(crew.map(func, items))
        self._crew = crew

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._crew.shutdown()


@declares(adapter=True, methods=["map"], start_methods=("thread",), processes=False)
def crew(processes=None):
    return Face(ThreadPoolExecutor(processes))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of an importable module with pools that declare what they lack."""
    (tmp_path / "declaring_pools.py").write_text(_MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "declaring_pools", raising=False)
    return "declaring_pools"


def test_a_class_is_held_to_what_it_declares(module: str) -> None:
    """What is not named is the full API; a subclass has to say it again."""
    lacking = load(f"{module}:Lacking")
    assert lacking.capabilities.missing(METHODS) == ("map_async",)
    assert lacking.capabilities.missing(["maxtasksperchild"], "fork") == ("maxtasksperchild",)
    assert lacking.capabilities.missing(["maxtasksperchild"], "spawn") == ()
    assert not lacking.adapted
    assert load(f"{module}:Heir").capabilities.missing(METHODS) == ()


def test_an_adapter_opens_a_pool_with_an_api_of_its_own(module: str, tmp_path: Path) -> None:
    """The function opens it; a clause about the constructor is none that it can be held to."""
    crew = load(f"{module}:crew")
    assert crew.adapted
    assert set(crew.capabilities.missing(METHODS)) == set(METHODS) - {"map"}
    assert crew.start_methods(["spawn"]) == ("thread",)
    with crew.open(2) as pool:
        assert pool.map(abs, [-1, 2]) == [1, 2]
    board, clock = PhaseBoard(), BodyClock()
    subject = BoundSubject(crew.name, "thread", 1.0, board, clock, tmp_path)
    with pytest.raises(NotSupported, match="a constructor of its own"):
        own_constructor(subject)
    subject.close()
    board.close()
    clock.close()


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ({"colour": True}, "expected capabilities, got colour; there are: .*maxtasksperchild"),
        ({"methods": ["mapp"]}, "expected methods, got mapp; there are: apply, apply_async"),
        ({"methods": "map"}, r"expected a list of methods, got 'map'; write \['map'\]"),
        ({"map": "no"}, "expected True or False for the capability map, got 'no'"),
        ({"start_methods": "fork"}, "expected start_methods as a tuple of texts, .*, got 'fork'"),
        ({"start_methods": ("fork", "fork")}, "expected start_methods as a tuple of texts"),
        ({"start_methods": (1,)}, "expected start_methods as a tuple of texts"),
        ({"not_under": ["fork"]}, r"expected not_under as \{start method: \[capabilities\]\}"),
        ({"not_under": {"frok": ["map"]}}, "expected start methods in not_under, got frok; there"),
        (
            {"not_under": {"fork": ["map"]}, "start_methods": ("crew",)},
            "expected start methods in not_under, got fork; there are: crew",
        ),
        ({"not_under": {"fork": "map"}}, r"list of capabilities, got 'map'; write \['map'\]"),
        ({"not_under": {"fork": ["mapp"]}}, "expected capabilities in not_under, got mapp; there"),
        ({"prepare": "now"}, "expected a function without arguments as prepare, got 'now'"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused(declared: dict[str, Any], line: str) -> None:
    """A typing mistake is told at the line that has it, with what there is."""
    with pytest.raises(TypeError, match=line):
        declares(**declared)
