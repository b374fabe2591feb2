"""What a clause test is given as `subject`: one pool, one start method, one body.

    def test_...(subject):
        with subject.open(processes=3) as pool:
            ...

Everything a clause may ask about its surroundings is here, so that a test knows
neither the harness nor any pool by name.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import subjects, tasks
from .census import Baseline, Census, leftovers
from .clock import BodyClock, longest_s
from .expect import NotSupported, StepFailed
from .history import Event, read
from .outcome import Outcome, capture, same
from .phases import PhaseBoard
from .sources import FOLDER
from .tracked import TrackedPool, Tracker
from .transcript import HISTORY, Transcript
from .waiting import Gate, ScriptedEvent, eventually

ORACLE = "multiprocessing:Pool"
IN_SCRIPT_S = 60.0
"""How long a task, an input or a callback waits in a script: longer than a script takes."""
SETTLE_S = 2
"""How long a script waits where the body waits for a condition that only the suite can see."""
_COUNTED_BY = 7 / 8
"""The part of a deadline by which the last census is taken, or a leak would end as a hang."""


class BoundSubject:
    """A subject under one start method, inside one body.

    Guarantees: any thread of the body may use it.
    """

    def __init__(
        self,
        name: str,
        start_method: str,
        deadline_s: float,
        board: PhaseBoard,
        clock: BodyClock,
        folder: Path,
    ) -> None:
        self.name = name
        self.start_method = start_method
        self.longest_s = longest_s(deadline_s)
        """Seconds of wall time that this body does not outlive: for a wait that ends with it."""
        self.folder = folder
        """A folder of this body's own, gone with it: for FIFOs and marks."""
        self.in_use = False
        """Whether it was more than looked at: there may be something for `release` to end."""
        self._deadline_s = deadline_s
        self._board = board
        self._clock = clock
        self._transcript = Transcript(folder)
        self._history = folder / HISTORY
        self._gates: list[Gate] = []
        self._oracles: list[BoundSubject] = []

    @functools.cached_property
    def declared(self) -> subjects.Subject:
        """The subject itself.  Raises SubjectError when it does not import or is no pool."""
        return subjects.load(self.name)

    @property
    def capabilities(self) -> subjects.Capabilities:
        """What the subject declares."""
        return self.declared.capabilities

    def open(self, processes: int | None = 2, **options: Any) -> TrackedPool:
        """Open a pool: `initializer`, `initargs`, `maxtasksperchild` as `subjects` has them."""
        self.in_use = True
        tracker = Tracker(self._board, self._transcript)
        opener = functools.partial(self.declared.open, start_method=self.start_method)
        name = self._transcript.call("Pool", "", (processes,), options)
        with self.phase("construct"), self._transcript.outcome_of(name):
            return TrackedPool(opener(processes, **options), name, tracker)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Name what the block waits for, should it be where the body hangs."""
        with self._board.phase(name):
            yield

    def require(self, *capabilities: str) -> None:
        """End with UNSUPPORTED unless the subject declares these."""
        missing = self.lacks(capabilities)
        if missing:
            raise NotSupported(f"declares no {', '.join(missing)}")

    def lacks(self, capabilities: Iterable[str]) -> tuple[str, ...]:
        """Return those of these capabilities that the subject does not declare."""
        return self.capabilities.missing(capabilities, self.start_method)

    def error(self, name: str) -> type[BaseException]:
        """Return the subject's own class for an exception of multiprocessing, by name."""
        return self.declared.error(name)

    def in_script(self) -> str:
        """Return what stands for it in a script, for inputs and callbacks that wait."""
        return f"types.SimpleNamespace(longest_s={IN_SCRIPT_S})"

    def no_script(self, why: str) -> None:
        """Say what is done here that a stand-alone script cannot do: it will say so and end."""
        self._transcript.no_script(why)

    def statement(self, text: str) -> None:
        """Put a statement into the stand-alone script: what is done to the pool from outside."""
        self._transcript.statement(text)

    def shared(self, value: Any, source: str | None = None) -> str:
        """Have what is handed over more than once be one object in a script; returns its name.

        `source` is what gives the value there, where its `repr` does not.
        """
        sources = self._transcript.sources
        name = sources.new_name("shared")
        self.statement(f"{name} = {source or sources.of(value)}")
        sources.name(value, name)
        return name

    def recorded(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return the task function with the side channel around it; see `history`."""
        return functools.partial(tasks.recorded, str(self._history), function)

    def history(self) -> list[Event]:
        """Return what `recorded` functions have done so far, oldest start first."""
        return read(self._history)

    def gate(self) -> Gate:
        """Return a new gate for tasks to wait at; see `waiting.Gate`."""
        name = f"gate{len(self._gates)}"
        gate = Gate(self.folder / name, self.longest_s, lambda: self.statement(f"{name}.open()"))
        self._gates.append(gate)
        self.statement(f"{name} = Gate(pathlib.Path({FOLDER}) / {name!r}, {IN_SCRIPT_S})")
        self._transcript.sources.name(gate.task, f"{name}.task")
        return gate

    def event(self) -> ScriptedEvent:
        """Return an event for callbacks and inputs to wait for, which a script has too."""
        name = self._transcript.sources.new_name("event")
        self.statement(f"{name} = threading.Event()")
        return ScriptedEvent(name, self.statement)

    def eventually(self, condition: Callable[[], object], what: str, part: float = 1 / 2) -> None:
        """Wait for the condition, a part of the deadline at most; `what` names it when it fails.

        Raises: Mismatch.
        """
        self.statement(f"time.sleep({SETTLE_S})  # here the body waits: {' '.join(what.split())}")
        with self.phase(f"waiting for {what}"):
            eventually(condition, what, part * self._deadline_s, self._clock.read)

    def census(self, before: Baseline, *, patient: bool = True) -> Census:
        """Name what is here and was not `before` (from `harness.census.baseline()`).

        A patient one gives it a quarter of the deadline to go, while that lasts.
        """
        rest_s = max(0.0, _COUNTED_BY * self._deadline_s - self._clock.read())
        patience_s = min(self._deadline_s / 4, rest_s) if patient else 0.0
        return leftovers(before, patience_s, self._clock.read)

    def outcome(self, scenario: Callable[[TrackedPool], Any], **options: Any) -> Outcome:
        """Open a pool, play the scenario on it, leave the `with` block; what it came to."""

        def play() -> Any:
            with self.open(**options) as pool:
                return scenario(pool)

        return capture(play)

    def agrees_with_stdlib(self, scenario: Callable[[TrackedPool], Any], **options: Any) -> Outcome:
        """Play the scenario here and on `multiprocessing:Pool`, expecting the same outcome.

        Returns that outcome, for the clause to hold against its own model too.
        Raises: Mismatch that says what the stdlib did.
        """
        mine = self.outcome(scenario, **options)
        if self.name != ORACLE:
            same(mine, self._oracle().outcome(scenario, **options))
        return mine

    def prepare(self, needs: Iterable[str]) -> None:
        """Start what the engine needs for any pool, where a clause with these needs will run.

        Raises: StepFailed.
        """
        if not self.lacks(needs):
            self.in_use = True
            self._take("prepare", self.declared.prepare)

    def release(self) -> None:
        """End what the engine keeps alive between pools: that is no leak of this body's.

        Called however the test ended.  A body that is killed (HANG, CRASH) calls nothing any more.
        Raises: StepFailed.
        """
        if self.in_use:
            self._take("release", self.declared.release)

    def close(self) -> None:
        """Close what the harness itself opened, before the census."""
        self._transcript.close()
        for gate in self._gates:
            gate.close()
        for oracle in self._oracles:
            oracle.close()

    def _take(self, name: str, step: Callable[[], object]) -> None:
        with self.phase(name):
            try:
                step()
            except (Exception, SystemExit) as error:  # a foreign function may do anything
                raise StepFailed(name, error) from error

    def _oracle(self) -> "BoundSubject":
        """Return the stdlib's pool under this start method, or under its first if it has not it."""
        methods = subjects.load(ORACLE).start_methods()
        method = self.start_method if self.start_method in methods else methods[0]
        folder = self.folder / "oracle"
        folder.mkdir(exist_ok=True)
        oracle = BoundSubject(ORACLE, method, self._deadline_s, self._board, self._clock, folder)
        self._oracles.append(oracle)
        return oracle
