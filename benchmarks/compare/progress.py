"""Says what is being measured: a line rewritten in place on a terminal, else a line a group."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from .entrants import Group

ERASE_LINE = "\r\x1b[K"  # on a terminal


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
        self._line(f"{len(group.entrants)} entrants")
        yield
        self._line(f"{time.monotonic() - started:.1f} s")

    def say(self, step: str) -> None:
        """Tell the step within the group, on a terminal only."""
        reporter = self._reporter()
        if reporter.isatty:
            with self._past_capture():
                reporter.write(f"{ERASE_LINE}{self._head}: {step}", flush=True)

    def _line(self, text: str) -> None:
        reporter = self._reporter()
        with self._past_capture():
            reporter.ensure_newline()
            erase = ERASE_LINE if reporter.isatty else ""
            reporter.write(f"{erase}{self._head}: {text}\n", flush=True)

    def _past_capture(self) -> AbstractContextManager[None]:
        capture = self._config.pluginmanager.getplugin("capturemanager")
        past: AbstractContextManager[None] = capture.global_and_fixture_disabled()
        return past

    def _reporter(self) -> pytest.TerminalReporter:
        reporter: pytest.TerminalReporter = self._config.pluginmanager.getplugin("terminalreporter")
        return reporter
