"""What the fork server has loaded before the first worker: each program has a server of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM_S = 60.0

#: prints which of two modules the fork server has loaded
SERVED = """
import multiprocessing
from poolproof import Pool

def loaded(name):
    program = f"import sys; sys.exit({{name!r}} in sys.modules)"
    process = context.Process(target=exec, args=(program,))
    process.start()
    process.join()
    return process.exitcode

context = multiprocessing.get_context({method!r})
{before}
with Pool(1, context=context) as pool:
    assert pool.apply(abs, (-9,)) == 9
context = multiprocessing.get_context("forkserver")
print(loaded("mmap"), loaded("wave"))
"""


def _said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=PROGRAM_S,
        check=False,
    )
    assert not done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("method", "before", "loaded"),
    [
        ("forkserver", "", "1 0"),
        ("forkserver", "multiprocessing.set_forkserver_preload(['wave'])", "1 1"),
        ("forkserver", "loaded('mmap')", "0 0"),
        ("spawn", "", "0 0"),
    ],
    ids=["alone", "with the user's own", "not once it runs", "not where it is not used"],
)
def test_the_fork_server_has_loaded_what_workers_need(
    method: str, before: str, loaded: str
) -> None:
    assert _said(SERVED.format(method=method, before=before)) == loaded
