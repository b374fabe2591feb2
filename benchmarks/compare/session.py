"""What the tests of one run share."""

from dataclasses import replace

import pytest

from .entrants import POOLS, Group, groups
from .interleaving import FULL, QUICK, Comparison
from .progress import Progress
from .replay import SampleClock
from .results import Result


class Session:
    """The groups to measure, and their results so far.

    Guarantees: for one thread; a group is measured once, by the first test that asks for it.
    """

    def __init__(self, config: pytest.Config) -> None:
        quick = config.getoption("--quick")
        pools = config.getoption("--pools") or POOLS
        self.groups = {g.id: g for g in groups(config.getoption("--rows"), pools, quick=quick)}
        plan = QUICK if quick else FULL
        self.plan = replace(plan, deadline_s=config.getoption("--deadline") or plan.deadline_s)
        self.clock = SampleClock()
        self._results: dict[str, dict[str, Result]] = {}
        self._progress = Progress(config, len(self.groups))
        self._comparison: Comparison | None = None

    def result(self, group: Group, label: str) -> Result:
        """Return an entrant's result, measuring the whole group first if that is still to do."""
        if group.id not in self._results:
            with self._progress.group(group):
                self._results[group.id] = self.comparison.run(group)
        return self._results[group.id][label]

    @property
    def comparison(self) -> Comparison:
        """The drivers, started when the first group needs them."""
        if self._comparison is None:
            self._comparison = Comparison(self.plan, self._progress.say)
        return self._comparison

    def measured(self) -> list[tuple[Group, dict[str, Result]]]:
        """Return the groups that were measured, each with its results by label."""
        return [(self.groups[group_id], found) for group_id, found in self._results.items()]

    def close(self) -> None:
        """End the drivers."""
        if self._comparison is not None:
            self._comparison.close()
