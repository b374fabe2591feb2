"""Names become subjects; what is no pool gets one line that says what was expected."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..subjects import (
    KNOWN,
    METHODS,
    NAMES,
    Capabilities,
    KnownSubject,
    SubjectError,
    SubjectNotInstalledError,
    UndeclaredError,
    declares,
    load,
)

DEADLINE_S = 20
"""Longest that a process with one pool of one worker may take."""

ROOT = Path(__file__).resolve().parents[2]

FOREIGN_MODULE = f"""
import multiprocessing.pool

from {declares.__module__.rpartition(".")[0]} import declares

class Contextual(multiprocessing.pool.Pool):
    pass

class Threads(multiprocessing.pool.ThreadPool):
    pass

def factory(processes=None):
    return multiprocessing.Pool(processes)

def impostor(processes=None):
    return object()

class Delegating:
    def __init__(self, processes=None):
        self._pool = multiprocessing.pool.ThreadPool(processes)

    def __getattr__(self, name):
        return getattr(self._pool, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._pool.terminate()

@declares(methods=["map"])
class MadeOf:
    def __init__(self, processes=None):
        self.map = lambda func, items, chunksize=None: list(map(func, items))
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of an importable module with pools that nobody registered."""
    (tmp_path / "foreign_pools.py").write_text(FOREIGN_MODULE)
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('no licence\\nfound')\n")
    (tmp_path / "leaving_module.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "lazy_module.py").write_text(
        "def __getattr__(name):\n    raise RuntimeError(f'{name} is not\\nlicensed')\n"
    )
    (tmp_path / "needing_module.py").write_text("\nimport no_such_module_here\n")
    (tmp_path / "declaring_module.py").write_text(
        f"from {declares.__module__} import declares\n@declares(mapp=False)\nclass Pool: ...\n"
    )
    (tmp_path / "mistyped_module.py").write_text("class Pool\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "foreign_pools", raising=False)
    return "foreign_pools"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Pool", "expected the pool as MODULE:ATTR, for instance multiprocessing:Pool, got 'Pool'"),
        (":Pool", "expected the pool as MODULE:ATTR"),
        ("no_such_module_here:Pool", "ModuleNotFoundError: .*; is the module installed here"),
        ("no_such_package.pools:Pool", "ModuleNotFoundError: .*; is the module installed here"),
        (
            "broken_module:Pool",
            "RuntimeError: no licence found; the module was found, .* .*broken_module.py, line 1$",
        ),
        ("leaving_module:Pool", "does not import: SystemExit: 3; the module was found, and"),
        (
            "lazy_module:Pool",
            "does not import: RuntimeError: Pool is not licensed; .* in .*lazy_module.py, line 2$",
        ),
        (
            "needing_module:Pool",
            "No module named .*; the module was found, and raised this in .*needing_.*, line 2$",
        ),
        (
            "declaring_module:Pool",
            "expected capabilities, got mapp; .* raised this in .*declaring_module.py, line 2$",
        ),
        (
            "mistyped_module:Pool",
            "SyntaxError: .*; the module was found: see .*mistyped_module.py, line 1$",
        ),
        ("multiprocessing:Poool", "multiprocessing has no attribute 'Poool'; it has: Pool, pool"),
        ("os:getcwd", "is no pool: .* without the parameter processes"),
        ("os:path", "is no pool: .* got module"),
        (
            "json:JSONEncoder",
            "is no pool: .* got a class without map or apply; .* say above it @declares",
        ),
    ],
)
@pytest.mark.usefixtures("foreign")
def test_a_name_that_is_no_pool_gets_one_line(name: str, line: str) -> None:
    """The error fits on one line and says what was expected."""
    with pytest.raises(SubjectError, match=line) as caught:
        load(name)
    assert "\n" not in str(caught.value)


def test_known_but_not_installed_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing peer is told apart from a wrong name, with the command that brings it."""
    monkeypatch.setattr(KnownSubject, "installed", False)
    with pytest.raises(SubjectNotInstalledError) as caught:
        load("billiard:Pool")
    assert caught.value.pip_line.startswith("pip install 'billiard==")
    assert caught.value.pip_line in str(caught.value)


@pytest.mark.parametrize(
    ("attribute", "way", "methods"),
    [
        ("Contextual", "context", Capabilities().start_methods),
        ("Threads", "engine", ("thread",)),
        ("factory", "global", Capabilities().start_methods),
    ],
)
def test_unregistered_pool_is_held_to_what_it_is(
    foreign: str, attribute: str, way: str, methods: tuple[str, ...]
) -> None:
    """A pool nobody registered gets the full API, or that of threads, and a way to start."""
    subject = load(f"{foreign}:{attribute}")
    assert subject.start_method_by == way
    assert subject.start_methods() == methods
    assert subject.known is None


def test_global_way_sets_the_start_method(foreign: str, tmp_path: Path) -> None:
    """A pool that takes no context gets the start method through the process as a whole."""
    assert foreign == "foreign_pools"
    script = (
        f"import multiprocessing; from {__package__.rpartition('.')[0]}.subjects import load\n"
        "with load('foreign_pools:factory').open(1, start_method='spawn') as pool:\n"
        "    print(multiprocessing.get_start_method(), pool.map(abs, [-1]))"
    )
    path = os.pathsep.join((str(ROOT), str(tmp_path)))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert done.stdout.split() == ["spawn", "[1]"]


def test_methods_that_only_instances_have_are_methods(foreign: str) -> None:
    """A class that passes calls on, or that says what it has, is taken at its word and opened."""
    with load(f"{foreign}:Delegating").open(1) as pool:
        assert pool.map(abs, [-1]) == [1]
    assert load(f"{foreign}:MadeOf").open(1).map(abs, [-1]) == [1]


def test_what_is_no_pool_is_found_out_when_opened(foreign: str) -> None:
    """A factory whose product has no method of a pool is refused by name."""
    with pytest.raises(SubjectError, match=r"impostor: expected a pool .* got object"):
        load(f"{foreign}:impostor").open(1)


def test_undeclared_start_method_and_option_are_refused() -> None:
    """The caller is told what the subject has, before anything is started."""
    with pytest.raises(SubjectError, match="out of thread, got 'fork'"):
        load("multiprocessing.pool:ThreadPool").open(start_method="fork")
    executor = load("concurrent.futures:ProcessPoolExecutor")
    with pytest.raises(UndeclaredError, match="under fork, got maxtasksperchild") as caught:
        executor.open(start_method="fork", maxtasksperchild=1)
    assert caught.value.missing == ("maxtasksperchild",)


def test_selection_of_start_methods() -> None:
    """A selection restricts a subject that has the choice, and no other."""
    pool, threads = load("multiprocessing:Pool"), load("multiprocessing.pool:ThreadPool")
    assert pool.start_methods(["spawn", "thread"]) == ("spawn",)
    assert pool.start_methods([]) == ()
    assert threads.start_methods(["spawn"]) == ("thread",)


def test_capability_questions() -> None:
    """What is missing depends on the start method; an unknown capability is an error."""
    declared = KNOWN["concurrent.futures:ProcessPoolExecutor"].capabilities
    assert declared.missing(("map", "maxtasksperchild"), "fork") == ("maxtasksperchild",)
    assert declared.missing(("map", "maxtasksperchild"), "spawn") == ()
    assert set(METHODS) <= NAMES
    with pytest.raises(ValueError, match=r"expected a capability, got 'colour'; capabilities are"):
        declared.has("colour")


@pytest.mark.parametrize("row", KNOWN.values(), ids=KNOWN)
def test_registry_row_is_complete(row: KnownSubject) -> None:
    """Names, links and capabilities of a row can be printed as they are."""
    assert all(link.startswith("https://") for link in (row.homepage, row.issues) if link)
    assert (row.requirement is None) == (row.distribution is None)
    record = json.loads(json.dumps(row.capabilities.as_record()))
    assert record["start_methods"] == list(row.capabilities.start_methods)
    assert set().union(*row.capabilities.not_under.values()) <= NAMES


def test_errors_belong_to_the_family_of_the_subject() -> None:
    """A pool that ships its own TimeoutError is asked for that one."""
    pytest.importorskip("multiprocess")
    own = load("multiprocess:Pool")
    assert own.error("TimeoutError").__module__ == "multiprocess.context"
    assert load("multiprocessing:Pool").error("MaybeEncodingError").__module__ == (
        "multiprocessing.pool"
    )
