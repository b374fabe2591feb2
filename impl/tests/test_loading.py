"""What is loaded when: the name of the class costs a spawned worker no more than it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from poolproof._process.preload import NEEDED

LIMIT_S = 30.0  # for an interpreter that imports a few modules


def _loaded_by(statement: str) -> set[str]:
    return set(_printed_by(f"{statement}\nimport sys\nprint(*sys.modules)"))


def _printed_by(code: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path[:] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    return ended.stdout.split()


@pytest.mark.parametrize("module", ["poolproof._worker.worker", "poolproof.pool"])
def test_who_makes_no_pool_loads_none_of_what_it_runs_on(module: str) -> None:
    """A worker loads its user's main module, and with that the class; the rest is its parent's."""
    loaded = _loaded_by(f"import {module}")
    assert module in loaded
    heavy = {"poolproof._engine.dispatcher", "poolproof._engine.engine", "poolproof._engine.trace"}
    assert not loaded & (heavy | {"multiprocessing.pool", "dataclasses", "fractions", "pathlib"})


def test_a_pool_loads_little_before_it_starts_its_workers() -> None:
    """A first pool in a program is soon to have a result; these would take half as long again."""
    loaded = _loaded_by("import poolproof.pool, poolproof._engine.engine")
    rarely = {"multiprocessing.pool", "multiprocessing.connection", "tempfile", "fractions"}
    assert not loaded & (rarely | {"decimal", "numbers", "dataclasses", "pathlib"})


def test_an_error_is_shown_where_no_descriptor_is_left() -> None:
    code = (
        "import multiprocessing, resource\n"
        "from poolproof import Pool\n"
        "with Pool(1, context=multiprocessing.get_context('fork')) as pool:\n"
        "    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))\n"
        "    try:\n"
        "        pool.map_async(int, ['no number']).get(20)\n"
        "    except ValueError as error:\n"
        "        print(type(error.__cause__).__name__)"
    )
    assert _printed_by(code) == ["RemoteTraceback"]


def test_a_worker_that_is_forked_beside_a_thread_that_loads_can_load_the_same() -> None:
    code = (
        "import multiprocessing, threading\n"
        "from poolproof import Pool\n"
        "def task():\n"
        "    from multiprocessing.pool import ThreadPool\n"
        "    return ThreadPool.__name__\n"
        "def use(size):\n"
        "    with Pool(size, context=multiprocessing.get_context('fork')) as pool:\n"
        "        names.append(pool.apply_async(task).get(20))\n"
        "names = []\n"
        "threads = [threading.Thread(target=use, args=(size,)) for size in (1, 4)]\n"
        "for act in (threading.Thread.start, threading.Thread.join):\n"
        "    for thread in threads:\n"
        "        act(thread)\n"
        "print(*names)"  # last: what one thread prints while the other forks, a worker prints too
    )
    for _ in range(5):
        assert _printed_by(code) == ["ThreadPool"] * 2


def test_a_worker_needs_nothing_of_the_standard_library_but_what_is_preloaded() -> None:
    server = f"import multiprocessing.forkserver, multiprocessing.spawn, {', '.join(NEEDED)}"
    missing = _loaded_by(f"{server}, poolproof._worker.worker") - _loaded_by(server)
    assert "poolproof._worker.worker" in missing
    assert not {name for name in missing if not name.startswith("poolproof")}
