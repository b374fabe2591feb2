"""Everything that runs in a worker process, and nothing else.

    receive a frame -> load its items -> run them one by one -> send what came out

The loop holds no lock and shares no pipe: whatever kills a worker, and
whenever, no other process can be left waiting for it.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from .._wire.calls import APPLY_CALL_ID, apply_task
from .._wire.channel import Body, Receiver
from .._wire.claims import PHASE, STARTED, Phase, Slot
from .._wire.frames import SHOW, TASK_HEADER_SIZE, ResultKind, TaskHeader, TaskKind, unpack_task
from .._wire.memory import BorrowedFiles, MemoryFile, body_of
from .._wire.outcome import load, pack_error
from .._wire.units import OneByOne, count_parts, split
from . import runner, worker_process
from .carried import Carried, CarriedRun
from .outbox import Outbox
from .outcome_log import OutcomeLog

if TYPE_CHECKING:
    from .._wire.setup import BrokenSetup, Setup
    from .stopwatch import Stopwatch


def worker_main(sock: socket.socket, setup: Setup | BrokenSetup) -> None:
    """Serve frames from `sock` until the sentinel arrives."""
    pid = os.getpid()
    outbox = Outbox(sock)
    blame = ResultKind.UNFIT
    try:
        interrupts, steward = worker_process.settle(sock, setup.mask)
        worker = Worker(sock, outbox, interrupts, traced=setup.traced)
        blame = setup.blame
        setup.initialize()
        blame = ResultKind.UNFIT
        if os.getpid() != pid:
            return  # forked by the initializer, and come back from it (see `Worker.disown`)
        steward.heed(worker.bell, worker.answer)
    except BaseException as error:  # noqa: BLE001  also SystemExit: the parent must learn of it
        with suppress(ConnectionError):  # it is gone, or has terminated the pool
            if os.getpid() == pid:
                outbox.failure(blame, pack_error(error))
        return
    try:
        worker.serve()
    except (BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, or has terminated the pool
    except (OSError, ValueError):
        if os.getpid() == pid:
            raise
        # A process that a task has forked came back from the task.


class Worker:
    """The serving loop: takes frames, keeps the callables it was given."""

    def __init__(
        self,
        sock: socket.socket,
        outbox: Outbox,
        interrupts: worker_process.Interrupts,
        *,
        traced: bool,
    ) -> None:
        self._sock = sock
        self._receiver = Receiver(sock)
        self._outbox = outbox
        self._interrupts = interrupts
        self._calls: dict[int, Callable[[Any], Any] | Carried] = {APPLY_CALL_ID: apply_task}
        self._files = BorrowedFiles()
        self._run: runner.Run | None = None
        self._cut_short = 0  # seq of the last frame that was not run to its end
        self._slot = self._receive_slot()
        #: what the parent rings
        self.bell = self._receive_fd()
        outbox.stopwatch = _stopwatch(self._slot, outbox) if traced else None
        self._watch = _unwatched if outbox.stopwatch is None else outbox.stopwatch.watch
        os.register_at_fork(after_in_child=self.disown)

    def disown(self) -> None:
        """Leave channel, claims and files to the worker that this process was forked from.

        A task has done that, or the initializer.  If it comes back from there it must not go on:
        there would be two workers on one channel.
        """
        self._sock.close()
        self._slot.close()
        self._outbox.disown()
        if self._run is not None:
            self._run.log.disown()

    def _receive_slot(self) -> Slot:
        fd = self._receive_fd()
        try:
            return Slot(fd)
        finally:
            os.close(fd)

    def _receive_fd(self) -> int:
        received = self._receiver.receive()
        if received is None:
            raise BrokenPipeError("the parent closed the channel before it sent a descriptor")
        if received[1] is None:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return received[1]

    def answer(self, asked: int) -> None:
        """Do what the parent has rung for; called by the steward."""
        if (run := self._run) is None:
            return
        if asked >= SHOW:
            run.log.show()
        if asked % SHOW:
            self._outbox.given_back(run.header.seq, run.cut())

    def serve(self) -> None:
        """Run frames until told to stop."""
        self._outbox.send(ResultKind.READY, 0, 0, Body())
        single = False
        while received := self._receiver.receive_soon() if single else self._receiver.receive():
            record, fd = received
            header = unpack_task(record)
            if header.kind == TaskKind.STOP:
                return
            if header.forget:
                self._calls.pop(header.forget, None)
            if header.kind == TaskKind.FORGET:
                continue
            file = None if fd is None else self._files.receive(fd)
            self._take_up(header, record[TASK_HEADER_SIZE:], file)
            if file is not None:
                self._files.trim()
            self._slot.fields[PHASE] = Phase.IDLE
            # A caller that waited for this one has the next call ready in no time.
            single = header.call_id == APPLY_CALL_ID

    def _take_up(self, header: TaskHeader, inline: memoryview, file: MemoryFile | None) -> None:
        self._slot.begin(header.seq)
        self._outbox.begin(header.seq, file)
        try:
            with body_of(inline, header.size, file, in_file=bool(header.in_file)) as body:
                call_size = header.call_size
                call = self._loaded(
                    ResultKind.UNCALLABLE, partial(self._call_of, header, body[:call_size])
                )
                if call is _NOTHING:
                    return
                if header.ahead_of and header.ahead_of == self._cut_short:
                    self._cut_short = header.seq  # one may have been sent ahead of this one, too
                    self._outbox.send(ResultKind.OUTCOMES, 0, 0, Body(), last=True)
                    return
                work = self._loaded(
                    ResultKind.UNLOADED, partial(self._work_of, call, header, body[call_size:])
                )
        except OSError as error:  # no descriptor left: nothing could be read
            self._outbox.failure(ResultKind.UNCALLABLE, pack_error(error))
            return
        if work is not _NOTHING:
            # Only now: an import says nothing about the items, nor does what they share.
            self._outbox.start_clock()
            self._run_all(header, *work)
        if self._slot.fields[STARTED] < header.tasks:
            self._cut_short = header.seq

    def _run_all(self, header: TaskHeader, call: Callable[[Any], Any], items: list[Any]) -> None:
        log = OutcomeLog(self._slot, self._outbox)
        self._run = runner.Run(
            header, call, items, self._slot, self._outbox, self._interrupts, log, []
        )
        run = runner.run_exact if header.exact else runner.run_batch
        try:
            run(self._run)
        finally:
            self._run = None

    def _call_of(self, header: TaskHeader, pickled: memoryview) -> Callable[[Any], Any] | Carried:
        if pickled:
            known = Carried(bytes(pickled)) if header.carried else load(pickled)
            self._calls[header.call_id] = known
        call = self._calls[header.call_id]
        if isinstance(call, Carried):
            call.take_up(header.start // header.per_unit)
        return call

    def _work_of(
        self, call: Callable[[Any], Any] | Carried, header: TaskHeader, pickled: memoryview
    ) -> tuple[Callable[[Any], Any], list[Any]]:
        """Return what is called, and with what one after the other."""
        if isinstance(call, Carried):
            return CarriedRun(call, header, pickled, self._watch).begin()
        call = self._watch(call)
        if header.joint:
            items = load(pickled)
            return call, items if type(items) is list else list(items)  # a range has its own pickle
        parts = count_parts(header.start, header.tasks, header.per_unit)
        if parts > 1 and header.per_unit == 1:
            return OneByOne(call), list(map(bytes, split(pickled, parts)))
        return call, list(chain.from_iterable(map(load, split(pickled, parts))))

    def _loaded(self, kind: ResultKind, loading: Callable[[], Any]) -> Any:
        """Return what comes of loading; _NOTHING where it has failed, which is told."""
        self._interrupts.armed = True
        try:
            loaded = loading()
        except BaseException as error:  # noqa: BLE001  user code runs in __setstate__
            self._interrupts.armed = False
            self._outbox.failure(kind, pack_error(error))
            return _NOTHING
        self._interrupts.armed = False
        return loaded


def _stopwatch(slot: Slot, outbox: Outbox) -> Stopwatch:
    from .stopwatch import Stopwatch  # noqa: PLC0415  workers that are not traced need not load it

    return Stopwatch(slot, outbox)


def _unwatched(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return call


_NOTHING = object()
