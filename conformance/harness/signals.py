"""Handlers for the time of a block or of a run; for the main thread, as `signal.signal` is."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

ENDING: Final = (signal.SIGINT, signal.SIGTERM)
"""What ends a run: Ctrl-C, and what a service or `timeout` sends."""

Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers


@contextmanager
def handled(signum: signal.Signals, handler: Handler) -> Iterator[None]:
    """Have the handler called for a signal within the block, and behind it the one before."""
    before = signal.signal(signum, handler)
    try:
        yield
    finally:
        signal.signal(signum, before)


class Interruption:
    """Ends a run once: the first signal raises KeyboardInterrupt, those behind it do nothing.

    They come from somebody who cannot wait.  Raised while pytest handles the first, the second
    would leave it with the exit status of a run that was not interrupted.
    Guarantees: from the first signal, or from `forbid`, none raises until `rearm` or `close`.
    """

    def __init__(self) -> None:
        self.came = False
        """Whether a signal has ended the run."""
        self._deaf = False
        heard = [s for s in ENDING if signal.getsignal(s) is not signal.SIG_IGN]  # nohup, `&`
        self._before = {signum: signal.signal(signum, self._take) for signum in heard}

    def check(self) -> None:
        """Raise again what did not arrive: what a finalizer raises is printed, and no more."""
        if self.came:
            raise KeyboardInterrupt

    def rearm(self) -> None:
        """Take it that none has come: a test that is no clause may have sent one to itself."""
        self._deaf = self.came = False

    def forbid(self) -> None:
        """Let nothing end what ends the run."""
        self._deaf = True

    def close(self) -> None:
        """Give the signals back; in a process that they are ending they stay without effect."""
        for signum, handler in self._before.items():
            signal.signal(signum, signal.SIG_IGN if self.came else handler)

    def _take(self, _signum: int, _frame: FrameType | None) -> None:
        if self._deaf:
            return
        self._deaf = self.came = True
        raise KeyboardInterrupt
