"""Says what is being measured: a line rewritten in place on a terminal, else a line a group."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .entrants import Group


class Progress:
    """Writes past pytest's capture.

    Guarantees: for one thread.
    """

    def __init__(self, config: pytest.Config, groups: int) -> None:
        self._config = config
        self._groups = groups
        self._begun = 0
        self._head = ""

    @contextmanager
    def group(self, group: Group) -> Iterator[None]:
        """Announce a group, and afterwards what it took."""
        self._begun += 1
        self._head = f"[{self._begun}/{self._groups}] {group.id}"
        started = time.monotonic()
        self._write(f"\n{self._head}: {len(group.entrants)} entrants ")
        yield
        self._write(f"\r{self._head}: {time.monotonic() - started:.1f} s", erase=True)

    def say(self, step: str) -> None:
        """Tell the step within the group, on a terminal only."""
        if self._reporter().isatty:
            self._write(f"\r{self._head}: {step}", erase=True)

    def _write(self, text: str, *, erase: bool = False) -> None:
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            reporter = self._reporter()
            reporter.write(text + ("\x1b[K " if erase and reporter.isatty else ""), flush=True)

    def _reporter(self) -> pytest.TerminalReporter:
        reporter: pytest.TerminalReporter = self._config.pluginmanager.getplugin("terminalreporter")
        return reporter
