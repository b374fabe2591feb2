"""Hypothesis over bodies: every example is a body of its own, hangs are shrunk too.

The engine runs in the warden; an example's verdict comes back from its body, so
an example that hangs, dies or leaks is a failure like any other and shrinks like
any other.  What keeps that affordable:
- the first failure is found under the full deadline, shrinking runs under a
  short one (three times the slowest example that passed) and within a budget;
- no example is run twice: its verdict is remembered; the engine is left once the
  budget is spent, for it would go on to look for smaller ones for a minute;
- the smallest example is run once more under the full deadline, and only if it
  still fails is it the verdict; else the first failure is, and failing that, FLAKY.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import UnsatisfiedAssumption

from .attempt import Attempt
from .expect import shown
from .request import Request
from .verdicts import BROKEN, Verdict

PROFILE = "poolproof"

_EXAMPLES = 20  # where a test's own @settings say nothing else
_SHORTEST_S = 0.5  # a deadline below this measures the scheduler, not the subject
_SHRINK_SHARE = 0.75  # of a deadline: what making a failure small may cost,
_SHRINK_LIVES = 10  # or so many times the slowest passing example, where a body starts a cluster
_PATIENCE = 3.0  # times the slowest passing example
_STOPS = BROKEN | {Verdict.ERROR, Verdict.UNSUPPORTED, Verdict.BLOCKED}
# Not the one that explains a failure: it runs larger examples behind the smallest, and minds no
# budget.
_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)

Try = Callable[[dict[str, Any], float], Attempt]


class _Failed(Exception):  # noqa: N818 - what the engine sees of a verdict
    """An example failed.  A subclass a verdict, so that the engine does not mix them up."""


class _Spent(BaseException):
    """There is no time for another example.  No Exception: the engine would keep it."""


_FAILED = {verdict: type(f"_Failed{verdict}", (_Failed,), {}) for verdict in BROKEN}


settings.register_profile(
    PROFILE,
    max_examples=_EXAMPLES,
    phases=_PHASES,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


def use_profile() -> None:
    """Make the profile the default of every `@given` that is imported from here on."""
    settings.load_profile(PROFILE)


def explore(test: Any, attempt: Try, request: Request) -> Attempt:
    """Run a `@given` test; returns its smallest failure, or the PASS that stands for all.

    At most `max_examples` are run, or what its settings say, and no new one after a deadline.
    """
    if request.max_examples is not None:
        own = test._hypothesis_internal_use_settings  # noqa: SLF001 - no public way to change it
        asked = settings(own, max_examples=request.max_examples)
        test._hypothesis_internal_use_settings = asked  # noqa: SLF001 - as above
    exploration = _Exploration(attempt, request)
    test.hypothesis.inner_test = exploration.example
    with contextlib.suppress(_Failed, _Spent):
        test(subject=None)
    return exploration.verdict()


class _Exploration:
    """The verdicts of one property's examples, and the time spent on them."""

    def __init__(self, attempt: Try, request: Request) -> None:
        self._attempt = attempt
        self._deadline_s = request.deadline_s
        self._shrinks = request.shrink
        self._seen: dict[str, Attempt] = {}
        self._slowest_s = 0.0
        self._run = 0
        self._cut_short = False
        self._first: tuple[dict[str, Any], Attempt] | None = None
        self._last: tuple[dict[str, Any], Attempt] | None = None
        self._until = time.monotonic() + request.deadline_s

    def example(self, **arguments: Any) -> None:
        """Give the engine one example's verdict."""
        arguments.pop("subject", None)
        key = repr(arguments)
        seen = self._seen.get(key)
        if seen is None:
            if self._is_spent():
                self._cut_short = True
                raise _Spent
            seen = self._seen[key] = self._run_one(arguments)
        if seen.rejected:
            raise UnsatisfiedAssumption
        if seen.verdict in _STOPS:
            self._last = (arguments, seen)
            if self._first is None:
                self._first = self._last
                self._until = time.monotonic() + self._shrink_s()
            if seen.verdict not in BROKEN:
                raise _Spent  # a smaller example would say the same
            raise _FAILED[seen.verdict](key)

    def verdict(self) -> Attempt:
        """Return the smallest failure, or the PASS (SKIP) that all examples share."""
        if self._first is None:
            return self._passed()
        arguments, first = self._first
        return self._confirmed() if first.verdict in BROKEN else self._told(first, arguments)

    def _confirmed(self) -> Attempt:
        """Run the smallest failure again under the full deadline."""
        assert self._first is not None and self._last is not None  # noqa: PT018
        for arguments, earlier in (self._last, self._first):
            again = self._attempt(arguments, self._deadline_s)
            if again.verdict is earlier.verdict:
                return self._told(again, arguments)
        arguments, first = self._first
        then = f"in another way ({again.verdict}: {again.message})"
        if again.verdict is Verdict.PASS:
            then = "passed"
        first.message = f"failed once ({first.verdict}), then {then}: {first.message}"
        first.verdict = Verdict.FLAKY
        return self._told(first, arguments)

    def _passed(self) -> Attempt:
        ran = [seen for seen in self._seen.values() if not seen.rejected]
        if not ran:
            return Attempt(Verdict.ERROR, message="assume() refused every example")
        last = ran[-1]
        last.examples = self._run
        last.cut_short = self._cut_short
        last.duration_s = round(sum(seen.duration_s for seen in ran), 4)
        return last

    def _shrink_s(self) -> float:
        enough_s = max(_SHRINK_SHARE * self._deadline_s, _SHRINK_LIVES * self._slowest_s)
        return enough_s if self._shrinks else 0.0

    def _is_spent(self) -> bool:
        return self._run > 0 and time.monotonic() > self._until

    def _run_one(self, arguments: dict[str, Any]) -> Attempt:
        shrinking = self._first is not None
        short_s = max(_SHORTEST_S, _PATIENCE * self._slowest_s)
        deadline_s = min(short_s, self._deadline_s) if shrinking else self._deadline_s
        seen = self._attempt(arguments, deadline_s)
        self._run += 1
        if seen.verdict is Verdict.PASS:
            self._slowest_s = max(self._slowest_s, seen.duration_s)
        return seen

    def _told(self, seen: Attempt, arguments: dict[str, Any]) -> Attempt:
        seen.example = ", ".join(f"{name}={shown(value)}" for name, value in arguments.items())
        seen.examples = self._run
        return seen
