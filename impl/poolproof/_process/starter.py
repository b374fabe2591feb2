"""Starts worker processes: from the template where there is one, else as the context does it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from .._wire import descriptors
from .._wire.channel import socket_pair
from .._wire.setup import Setup
from .._worker.worker import worker_main
from . import kinship
from .replacement import Replacement
from .template import SIGNALS, Template, TemplateLostError, template_of

GRACE_S = 0.5  # for a worker to end after SIGTERM

#: the process, the parent's end of its channel, its own end
Started = tuple[BaseProcess, socket.socket, socket.socket]


class Starter:
    """Makes workers of one pool.

    Guarantees: one thread at a time starts workers; any thread may end the template.
    """

    def __init__(self, context: BaseContext, setup: Setup) -> None:
        self._context = context
        self._setup = setup
        self._template: Template | None = None

    def start_first(self, count: int, running: list[Started]) -> None:
        """Start the first workers and, where the context forks, a template of later ones.

        running: takes those that have started, for the caller to discard if anything is raised.
        Raises: whatever starting a process raises; the template may be left then, too.
        """
        made: list[Started] = []
        try:
            for _ in range(count):
                made.append(_with_channel(self._process))  # noqa: PERF401  as below
            # Nothing between the forks that can come before: what is touched there is copied anew.
            self._template = template_of(self._context, worker_main, (self._setup,))
            if self._template is None:
                self._run_all(made, running)
            else:
                self._run_all_undisturbed(made, running)
        except BaseException:
            _close_channels(made[len(running) :])
            raise

    def _run_all(self, made: Iterable[Started], running: list[Started]) -> None:
        for one in made:
            self._run(one[0])
            running.append(one)

    def _run_all_undisturbed(self, made: Iterable[Started], running: list[Started]) -> None:
        """Fork the workers while no handler can raise: of one that it came behind nobody knows.

        Nor does Ctrl-C raise in a worker, in the midst of the caller's code.
        """
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())  # as it is
        self._setup.mask = mask
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            self._run_all(made, running)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def start(self, count: int) -> list[Started]:
        """Start workers.

        Raises: whatever the context's `Process` raises, with nothing left behind.
        """
        started: list[Started] = []
        try:
            for _ in range(count):
                started.append(self._start())  # noqa: PERF401  what has started must be known
        except BaseException:
            discard_started(started)
            raise
        return started

    def _start(self) -> Started:
        if self._template is not None:
            try:
                return self._launch(partial(Replacement, self._template))
            except TemplateLostError:
                if self._template.retired:  # by another thread, which terminates the pool
                    raise
                self._give_up_template()
        return self._launch(self._process)

    def _launch(self, make: Callable[[socket.socket], BaseProcess]) -> Started:
        # A channel of its own for each attempt: one that failed may have left a worker that
        # reads it.
        made = _with_channel(make)
        try:
            self._run(made[0])
        except BaseException:
            _close_channels([made])
            raise
        return made

    def _run(self, process: BaseProcess) -> None:
        kinship.register(process)  # before: another thread may fork at any moment
        try:
            process.start()
        finally:
            self._setup.let_go()

    def _process(self, peer: socket.socket) -> BaseProcess:
        process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]  # every concrete context has it
            target=worker_main, args=(peer, self._setup)
        )
        process.name = process.name.replace("Process", "PoolWorker")
        process.daemon = True
        return process

    def buried(self, process: BaseProcess) -> None:
        """A worker is dead, and its exit code was waited for."""
        if isinstance(process, Replacement) and process.is_alive():
            self._give_up_template()  # it is stopped: nobody tells how the worker ended

    def _give_up_template(self) -> None:
        self.end()
        self._template = None

    def retire(self) -> None:
        """No worker is to be started any more."""
        if self._template is not None:
            self._template.retire()

    def end(self) -> None:
        """End the template, when no worker is alive that it has forked."""
        if self._template is not None:
            self._template.end()


def _with_channel(make: Callable[[socket.socket], BaseProcess]) -> Started:
    own, peer = socket_pair()
    try:
        for end in (own, peer):
            descriptors.register(end)
        return make(peer), own, peer
    except BaseException:
        own.close()
        peer.close()
        raise


def _close_channels(made: Iterable[Started]) -> None:
    for _, own, peer in made:
        own.close()
        peer.close()


def discard_started(started: Sequence[Started]) -> None:
    """End workers that have no link yet, and close both ends of their channels."""
    _close_channels(started)
    discard(process for process, _, _ in started)


def discard(processes: Iterable[BaseProcess]) -> None:
    """End workers of a pool that could not be made."""
    ending = list(processes)
    for process in ending:
        process.terminate()
    for process in ending:
        if isinstance(process, BaseProcess):  # a custom context's can do less
            process.join(GRACE_S)
            process.kill()  # an initializer may ignore SIGTERM
        process.join()
        if isinstance(process, BaseProcess):
            descriptors.let_go(process)
