"""The template may die, be stopped, or fail to fork: the pool goes on, and ends as it should."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from poolproof import Pool, WorkerLostError
from poolproof._link import link
from poolproof._process import template
from poolproof._process.starter import Starter
from poolproof._process.template import TemplateLostError, readable
from poolproof._wire.setup import Setup

from .campaign import killing, run
from .counting import nothing_left
from .patience import WAIT_S, await_
from .tasks import exit_with, square
from .templates import (
    FORK,
    kill_template,
    one_worker,
    replace_worker,
    template_of,
    templates,
)


def test_a_pool_outlives_its_template() -> None:
    with one_worker() as pool:
        replace_worker(pool)
        kill_template(pool)
        assert pool.map_async(square, range(9)).get(WAIT_S) == [n * n for n in range(9)]
        for _ in range(3):
            replace_worker(pool)
        assert not templates()
        (process,) = pool._pool
        assert type(process) is ForkProcess


def test_without_the_template_the_exit_code_is_unknown() -> None:
    with one_worker() as pool:
        replace_worker(pool)
        kill_template(pool)
        with pytest.raises(WorkerLostError) as caught:
            pool.apply_async(exit_with, (3,)).get(WAIT_S)
        # 3 where this process is the first of its container, and so the orphan's new parent.
        assert caught.value.exitcode in (None, 3)


def test_a_template_that_is_stopped_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "ANSWER_S", 0.2)
    with one_worker() as pool:
        os.kill(template_of(pool), signal.SIGSTOP)
        replace_worker(pool)
        await_(lambda: not templates(), "its end")


@pytest.mark.parametrize("ending", ["close", "terminate"])
def test_a_pool_ends_in_time_though_its_template_is_stopped(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ending == "close":  # a worker that ended well is waited for, once
        monkeypatch.setattr(link, "REAP_S", 0.2)
    with one_worker() as pool:
        replace_worker(pool)
        os.kill(template_of(pool), signal.SIGSTOP)
        since = time.monotonic()
        if ending == "terminate":
            pool.terminate()
            pool.join()
            assert time.monotonic() - since < 4.0, "as long as an exit code is waited for"
        else:
            pool.close()
            pool.join()


def test_terminate_does_not_wait_for_the_answer_of_a_template_that_is_stopped() -> None:
    with one_worker() as pool:
        os.kill(template_of(pool), signal.SIGSTOP)
        (process,) = pool._pool
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await_(lambda: not pool._pool, "the burial")  # from here on an answer is waited for
        since = time.monotonic()
        pool.terminate()
        assert time.monotonic() - since < 4.0, "as long as an answer is waited for"
        pool.join()


def test_a_retired_template_is_not_replaced_by_forks_from_here() -> None:
    starter = Starter(FORK, Setup(None, (), traced=False))
    with nothing_left():
        starter.start_first(0, [])
        starter.retire()
        with pytest.raises(TemplateLostError):
            starter.start(1)
        starter.end()


IGNORING = """
import multiprocessing, os, signal
from poolproof import Pool, WorkerLostError
import psutil
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
pool = Pool(1, context=multiprocessing.get_context("fork"))
template = {child.pid for child in psutil.Process().children()} - {pool._pool[0].pid}
for code in (3, 4, 5):
    try:
        pool.apply_async(os._exit, (code,)).get(30)
    except WorkerLostError as error:
        print(error.exitcode, end=" ")
print(pool.apply_async(abs, (-9,)).get(30))
assert template <= {child.pid for child in psutil.Process().children()}
pool.terminate()
pool.join()
assert not psutil.Process().children()
"""


def test_a_pool_of_a_program_that_ignores_its_children_goes_on() -> None:
    # In a program of its own: multiprocessing never learns that the first worker has ended.
    said = subprocess.run(
        [sys.executable, "-c", IGNORING],
        check=False,
        capture_output=True,
        text=True,
        timeout=2 * WAIT_S,
    )
    assert (said.stdout, said.stderr) == ("None None None 9\n", "")


def test_signals_to_the_group_do_not_reach_the_template(tmp_path: Path) -> None:
    def note(signum: int, _frame: object) -> None:
        Path(tmp_path, f"{os.getpid()}-{signum}").touch()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    before = [signal.signal(signum, note) for signum in signals]
    try:
        with one_worker() as pool:
            template = template_of(pool)
            for signum in signals:
                os.kill(template, signum)
            replace_worker(pool)
            replace_worker(pool)
            assert template_of(pool) == template
    finally:
        for signum, handler in zip(signals, before, strict=True):
            signal.signal(signum, handler)
    assert not list(tmp_path.iterdir()), "a handler of the user's ran"


SCRIPT = """
import multiprocessing, os, signal, time
from poolproof import Pool
def stay(_):
    os.write(1, f"{os.getpid()} {os.getppid()}\\n".encode())
    time.sleep(600)
pool = Pool(2, context=multiprocessing.get_context("fork"), maxtasksperchild=1)
first = {process.pid for process in pool._pool}
while first & {process.pid for process in pool._pool}:
    pool.map(abs, range(2), 1)
pool.map_async(stay, range(2), 1)
signal.pause()
"""


def test_the_template_and_its_workers_end_with_the_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            # Each worker runs one task, and names itself and the template.
            pids = {pid for _ in range(2) for pid in parent.stdout.readline().split()}
            pidfds = [os.pidfd_open(int(pid)) for pid in pids]
        finally:
            parent.kill()
    assert len(pidfds) == 3
    for pidfd in pidfds:
        assert readable(pidfd, WAIT_S), "it outlives the parent"
        os.close(pidfd)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fork is the point
@pytest.mark.parametrize("ending", ["close", "terminate"])
def test_a_process_that_the_user_forked_does_not_keep_the_template(ending: str) -> None:
    with one_worker() as pool:
        replace_worker(pool)
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
        os.close(reader)
        getattr(pool, ending)()
        pool.join()
        assert not templates()
        os.close(writer)
        os.waitpid(child, 0)


@pytest.mark.parametrize("seed", range(6))
def test_killing_the_template_loses_and_doubles_nothing(seed: int, tmp_path: Path) -> None:
    delay_s = random.Random(seed).uniform(0.0, 0.2)  # noqa: S311  a replay, not a secret
    with nothing_left():
        with Pool(3, context=FORK) as pool:
            timer = threading.Timer(delay_s, kill_template, (pool,))
            timer.start()
            with killing(pool, 25, 0.01, seed) as killer:
                run(pool, killer, tmp_path, seed)
            timer.join(WAIT_S)
            assert pool.map_async(square, range(100)).get(WAIT_S) == [n * n for n in range(100)]
        pool.join()
