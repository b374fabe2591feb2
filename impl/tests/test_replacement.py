"""What replaces a worker under fork is as good as the first, and its end is known as well."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from poolproof import Pool, WorkerLostError
from poolproof._process.replacement import UNKNOWN, Replacement, _status_of_orphan
from poolproof._process.template import readable
from poolproof._wire.channel import socket_pair

from .patience import WAIT_S, await_
from .tasks import block, exit_with
from .templates import (
    FORK,
    one_worker,
    replace_worker,
)

_HELD = threading.Lock()


def _is_held() -> bool:
    return _HELD.locked()


def test_a_replacement_inherits_no_lock_that_a_thread_holds_by_then() -> None:
    with one_worker(maxtasksperchild=1) as pool, _HELD:
        assert [pool.apply_async(_is_held).get(WAIT_S) for _ in range(4)] == 4 * [False]


def _self_portrait() -> dict[str, Any]:
    parent = multiprocessing.parent_process()
    me = multiprocessing.current_process()
    assert parent is not None
    return {
        "parent": (parent.pid, parent.name, parent.is_alive()),
        "daemon": me.daemon,
        "names alike": me.name == "ForkPoolWorker-" + ":".join(map(str, me._identity)),
        "children": multiprocessing.active_children(),
        "main": threading.current_thread() is threading.main_thread(),
        "collects": gc.isenabled(),
        "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "SIGINT": getattr(signal.getsignal(signal.SIGINT), "__qualname__", None),
        "SIGTERM": signal.getsignal(signal.SIGTERM),
        "title": Path("/proc/self/comm").read_text(),
    }


def test_a_replacement_sees_itself_as_a_first_worker_does() -> None:
    with one_worker() as pool:
        first = pool.apply_async(_self_portrait).get(WAIT_S)
        replace_worker(pool)
        assert pool.apply_async(_self_portrait).get(WAIT_S) == first
        assert first["parent"] == (os.getpid(), multiprocessing.current_process().name, True)


def _number() -> tuple[str, tuple[int, ...]]:
    me = multiprocessing.current_process()
    return me.name, me._identity


def test_replacements_are_numbered_as_their_parent_numbers_them() -> None:
    with one_worker() as pool:
        seen = [pool.apply_async(_number).get(WAIT_S)]
        for _ in range(3):
            replace_worker(pool)
            seen.append(pool.apply_async(_number).get(WAIT_S))
            (process,) = pool._pool
            assert seen[-1] == (process.name, process._identity)
        assert len(set(seen)) == 4


def test_active_children_lists_replacements_and_not_the_template() -> None:
    with one_worker() as pool:
        pid = replace_worker(pool)
        assert [child.pid for child in multiprocessing.active_children()] == [pid]


@contextmanager
def _loose(pool: Pool) -> Iterator[tuple[Replacement, socket.socket]]:
    """Start a worker of which the pool does not know; yield it and its channel."""
    template = pool._dispatcher._workers.starter._template
    assert template is not None
    ours, theirs = socket_pair()
    with ours, theirs:
        process = Replacement(template, theirs)
        process.start()
        yield process, ours
        process.close()


def _fate(process: Replacement) -> tuple[bool, int | None]:
    return process.is_alive(), process.exitcode


def test_a_replacement_has_the_face_of_a_process() -> None:
    with one_worker() as pool, _loose(pool) as (process, _):
        assert _fate(process) == (True, None)
        assert process.daemon
        assert process.name.startswith("ForkPoolWorker-")
        process.join(0.01)
        assert _fate(process) == (True, None)
        assert not readable(process.sentinel)
        with pytest.raises(ValueError, match="still running"):
            process.close()
        process.kill()
        process.join(WAIT_S)
        assert readable(process.sentinel)
        assert _fate(process) == (False, -signal.SIGKILL)
        process.terminate()  # its pid may be another's by now
        process.close()
        with pytest.raises(ValueError, match="closed"):
            process.is_alive()


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  as few descriptors as can be


def test_a_replacement_holds_nothing_of_its_neighbours() -> None:
    pools = [Pool(3, context=FORK, maxtasksperchild=1) for _ in range(2)]
    for pool in pools:
        counts = [pool.apply_async(_descriptors).get(WAIT_S) for _ in range(12)]
        assert len(set(counts[3:])) == 1, counts
    for pool in pools:
        pool.terminate()
        pool.join()


def _exit_at_exit(path: str) -> int:
    multiprocessing.util.Finalize(None, Path(path).touch, exitpriority=10)
    return os.getpid()


def test_finalizers_run_when_a_replacement_ends(tmp_path: Path) -> None:
    with one_worker() as pool:
        replace_worker(pool)
        pool.apply_async(_exit_at_exit, (str(tmp_path / "ended"),)).get(WAIT_S)
        pool.close()
        pool.join()
        assert (tmp_path / "ended").exists()


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_the_exit_of_a_replacement_is_told_with_its_code(generation: int) -> None:
    with one_worker() as pool:
        for _ in range(generation):
            replace_worker(pool)
        with pytest.raises(WorkerLostError, match="exit code 3") as caught:
            pool.apply_async(exit_with, (3,)).get(WAIT_S)
        assert caught.value.exitcode == 3


def test_the_signal_that_killed_a_replacement_is_told(tmp_path: Path) -> None:
    with one_worker() as pool:
        pid = replace_worker(pool)
        result = pool.apply_async(block, (str(tmp_path / "started"),))
        await_((tmp_path / "started").exists, "the task")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerLostError, match="SIGKILL") as caught:
            result.get(WAIT_S)
        assert (caught.value.exitcode, caught.value.pid) == (-signal.SIGKILL, pid)


def test_all_threads_see_one_exit_code() -> None:
    seen: list[int | None] = []

    def look(process: Replacement) -> None:
        process.join(WAIT_S)
        seen.append(process.exitcode)

    with one_worker() as pool, _loose(pool) as (process, channel):
        threads = [threading.Thread(target=look, args=(process,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        channel.shutdown(socket.SHUT_RDWR)  # end of file: it exits
        for thread in threads:
            thread.join(WAIT_S)
    assert seen == 8 * [0]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize(("end", "code"), [(lambda: os._exit(7), 7), (signal.pause, -9)])
def test_an_orphan_that_came_to_us_is_reaped_here(end: Callable[[], None], code: int) -> None:
    child = os.fork()
    if not child:
        end()
    pidfd = os.pidfd_open(child)
    if code < 0:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    assert readable(pidfd, WAIT_S)
    assert _status_of_orphan(pidfd) == code
    assert _status_of_orphan(pidfd) == UNKNOWN  # gone, or never ours
    os.close(pidfd)
