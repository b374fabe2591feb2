"""What ends a run: once, and however often it is asked for."""

import signal
from contextlib import suppress
from typing import Any

import pytest

from ..harness.signals import ENDING, Interruption, handled


@pytest.mark.parametrize("first", ENDING)
def test_what_nobody_heard_of_is_raised_again_and_nothing_behind_it(first: signal.Signals) -> None:
    """A finalizer's KeyboardInterrupt is only printed: the run ends at its next test, once."""
    before: list[Any] = [signal.getsignal(signum) for signum in ENDING]
    with handled(ENDING[0], before[0]), handled(ENDING[1], before[1]):
        interruption = Interruption()
        interruption.check()
        with suppress(KeyboardInterrupt):
            signal.raise_signal(first)
            pytest.fail("the first signal raises")
        for signum in ENDING:
            signal.raise_signal(signum)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
        interruption.close()
        for signum in ENDING:
            signal.raise_signal(signum)
    assert [signal.getsignal(signum) for signum in ENDING] == before


def test_a_run_that_ends_by_itself_is_not_interrupted_and_gives_the_signals_back() -> None:
    """While it ends nothing raises; what was ignored before the run is ignored in it."""
    before = signal.getsignal(signal.SIGINT)
    with handled(signal.SIGTERM, signal.SIG_IGN):
        interruption = Interruption()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):  # as of a test that tests signals
            signal.raise_signal(signal.SIGINT)
        interruption.rearm()
        interruption.check()
        interruption.forbid()
        signal.raise_signal(signal.SIGINT)
        assert not interruption.came
        interruption.close()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is before
