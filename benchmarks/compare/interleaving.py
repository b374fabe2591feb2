"""Runs one group: a sample from each entrant in turn, round after round.

The order within a round is shuffled anew each time (seeded): whatever the machine does meanwhile
falls on every entrant alike, and nobody always runs behind the same neighbour.  One driver works
at a time.  An entrant that refuses costs itself, not the group.
"""

import math
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from .driving import Driver
from .entrants import Group
from .protocol import Ask, Refusal, Sample
from .results import Result
from .rows import Row
from .workloads import SEED, calibrate

STANDARD_METHODS = frozenset({"fork", "spawn", "forkserver"})


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    quick: bool
    rounds: int
    """Samples an entrant, at most."""
    least_rounds: int
    """Samples an entrant, at least."""
    entrant_s: float
    """Seconds after which an entrant has had enough, once it has `least_rounds`; opening and
    closing its pools included."""
    sample_s: float
    """What one sample of a row that shrinks should take at most, in seconds."""
    deadline_s: float
    """When an answer is due, opening and closing the pool included, in seconds."""
    total_s: float
    """Seconds after which every entrant of the groups still to come has one round only."""


QUICK = Plan(
    quick=True,
    rounds=3,
    least_rounds=2,
    entrant_s=1.0,
    sample_s=0.2,
    deadline_s=10.0,
    total_s=50.0,
)
FULL = Plan(
    quick=False,
    rounds=10,
    least_rounds=3,
    entrant_s=12.0,
    sample_s=2.0,
    deadline_s=60.0,
    total_s=math.inf,
)


class Comparison:
    """Holds the drivers of a session and runs its groups.

    Guarantees: for one thread; after `close` no driver is left.
    """

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan = plan
        self._say = say
        self._drivers: dict[str, Driver] = {}
        self._started_s = time.monotonic()
        self.iterations_per_s = calibrate()
        """How many iterations of the work's loop make a CPU second on this machine."""

    def run(self, group: Group) -> dict[str, Result]:
        """Return each entrant's result, by label."""
        load = os.getloadavg()
        results = {
            entrant.label: Result(
                entrant, group.start_method, self._asked_tasks(group.row), load_average=load
            )
            for entrant in group.entrants
        }
        for result in results.values():
            self._admit(group, result)
        shuffle = random.Random(SEED).shuffle  # noqa: S311 - an order, not a secret
        for number in range(1, self.plan.rounds + 1):
            turn = [result for result in results.values() if self._wants_more(result)]
            shuffle(turn)
            for place, result in enumerate(turn, 1):
                label = result.entrant.label
                self._say(f"round {number}/{self.plan.rounds} {place}/{len(turn)} {label}")
                self._take(group, result)
        return results

    def close(self) -> None:
        """End every driver."""
        for name in list(self._drivers):
            self._drivers.pop(name).close()

    def _driver(self, name: str, subject: str) -> Driver:
        if name not in self._drivers:
            self._say(f"starting {name}")
            self._drivers[name] = Driver(subject)
        return self._drivers[name]

    def _admit(self, group: Group, result: Result) -> None:
        """Find out whether the entrant is there and can start workers in the group's way."""
        entrant = result.entrant
        greeting = self._driver(entrant.driver, entrant.subject).greeting
        if isinstance(greeting, Refusal):
            result.refusal = greeting
            return
        result.version = greeting.version
        own = greeting.start_methods
        if group.start_method in own:
            return
        first = group.start_method == group.row.start_methods[0]
        if first and not STANDARD_METHODS & set(own):
            result.start_method = own[0]  # its one way of starting workers: timed once a row
            return
        result.refusal = Refusal(
            "unsupported", f"starts workers by {', '.join(own)}, not by {group.start_method}"
        )

    def _wants_more(self, result: Result) -> bool:
        if result.refusal is not None:
            return False
        late = time.monotonic() - self._started_s > self.plan.total_s
        if len(result.samples) < (1 if late else self.plan.least_rounds):
            return True
        return not late and result.spent_s < self.plan.entrant_s

    def _take(self, group: Group, result: Result) -> None:
        entrant = result.entrant
        driver = self._driver(entrant.driver, entrant.subject)
        asked_s = time.monotonic()
        answer = driver.ask(self._question(group, result))
        result.spent_s += time.monotonic() - asked_s
        if isinstance(answer, Sample):
            result.samples.append(answer)
            return
        # Samples of a pool that then failed are no figure: the row says what happened instead.
        result.refusal = answer
        result.samples.clear()
        if answer.status in {"hung", "died"}:
            self._drivers.pop(entrant.driver).close()

    def _may_shrink(self, result: Result, row: Row) -> bool:
        """Let a slow peer find its size, once; the pools whose ratio matters do equal work."""
        return row.shrinks and result.entrant.role == "peer" and not result.samples

    def _asked_tasks(self, row: Row) -> int:
        quick_tasks = row.quick_tasks if self.plan.quick else None
        return quick_tasks or row.tasks

    def _question(self, group: Group, result: Result) -> Ask:
        row, plan = group.row, self.plan
        return Ask(
            row=row.id,
            start_method=result.start_method,
            tasks=result.samples[0].tasks if result.samples else result.asked_tasks,
            chunksize=result.entrant.chunksize,
            sample_s=plan.sample_s if self._may_shrink(result, row) else None,
            iterations_per_s=self.iterations_per_s,
            deadline_s=plan.deadline_s,
        )
