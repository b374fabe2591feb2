"""Starts worker processes: from the template where there is one, else as the context does it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from . import _descriptors
from ._channel import socket_pair
from ._replacement import Replacement
from ._template import Template, TemplateLostError, template_of
from ._worker import worker_main

GRACE_S = 0.5  # for a worker to end after SIGTERM

#: the process, the parent's end of its channel, its own end
Started = tuple[BaseProcess, socket.socket, socket.socket]


class Starter:
    """Makes workers of one pool.

    Guarantees: one thread at a time starts workers; any thread may end the template.
    """

    def __init__(self, context: BaseContext, worker_args: tuple[Any, ...]) -> None:
        self._context = context
        self._worker_args = worker_args
        self._template: Template | None = None

    @contextmanager
    def template_beside(self) -> Iterator[None]:
        """Fork a template where the context forks, and have the body start the first workers.

        Raises: whatever starting a process raises, with nothing left behind.
        """
        # First, so that it inherits nothing of the workers'.
        template = template_of(self._context, worker_main, self._worker_args)
        try:
            yield
        except BaseException:
            if template is not None:
                template.end()
            raise
        self._template = template

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
                return _launch(partial(Replacement, self._template))
            except TemplateLostError:
                if self._template.retired:  # by another thread, which terminates the pool
                    raise
                self._give_up_template()
        return _launch(partial(_process, self._context, self._worker_args))

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


def _launch(make: Callable[[socket.socket], BaseProcess]) -> Started:
    # A channel of its own for each attempt: one that failed may have left a worker that reads it.
    own, peer = socket_pair()
    try:
        for end in (own, peer):
            _descriptors.register(end)
        process = make(peer)
        process.start()
    except BaseException:
        own.close()
        peer.close()
        raise
    return process, own, peer


def _process(context: BaseContext, args: tuple[Any, ...], peer: socket.socket) -> BaseProcess:
    process: BaseProcess = context.Process(target=worker_main, args=(peer, *args))  # type: ignore[attr-defined]  # every concrete context has it
    process.name = process.name.replace("Process", "PoolWorker")
    process.daemon = True
    return process


def discard_started(started: Iterable[Started]) -> None:
    """End workers that have no link yet, and close both ends of their channels."""
    processes = []
    for process, own, peer in started:
        own.close()
        peer.close()
        processes.append(process)
    discard(processes)


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
        if isinstance(process, BaseProcess) and not process.is_alive():
            process.close()
