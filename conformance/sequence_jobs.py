"""A job of a sequence as the model follows it: what of it has been given out, and what may come."""

from dataclasses import dataclass

from .harness.outcome import Error, Outcome, Value
from .sequences import Submit


@dataclass
class Job:
    """A job under way.

    left: the outcomes that nobody was given yet, in the order of the items; None for an
    item whose task kills its worker.  An iterator's go as they are taken.
    gone: of `left`, how many an iterator told as lost without telling which.
    pardoned: errors that a death charged before explains, the rest of a chunk's.
    """

    step: Submit
    left: list[Outcome | None]
    gone: int = 0
    pardoned: int = 0
    lost_chunk: bool = False
    """Whether an iterator told of a lost chunk: by one error, or by one an item."""
    over: bool = False
    """Whether an iterator has said that it is at its end."""
    settled: bool = False
    """Whether its result has to be there."""
    cut_off: bool = False
    """Whether terminate() came before its result."""
    seen: Outcome | None = None
    """What get() has given."""

    def results(self) -> list[Outcome]:
        """Return what get() may give, were no worker killed from outside."""
        if self.step.method.startswith("apply"):
            return [outcome for outcome in self.left if outcome]
        errors: list[Outcome] = [outcome for outcome in self.left if isinstance(outcome, Error)]
        if errors or None in self.left:
            return errors
        return [Value([outcome.unwrap() for outcome in self.left if outcome])]

    def remaining(self) -> int:
        """Return how many results an iterator still owes."""
        return len(self.left) - self.gone

    def next_ones(self) -> list[Outcome | None]:
        """Return what the next result of an iterator may be; None for an item that is lost."""
        in_order = self.step.method == "imap" and not self.lost_chunk
        return self.left[:1] if in_order else self.left

    def behind(self, taken: Outcome) -> list[Outcome | None]:
        """Return what is left once this result was taken."""
        place = self.left.index(taken)
        before = [] if self.step.method == "imap" else self.left[:place]
        return before + self.left[place + 1 :]


def job_of(step: Submit, items: range) -> Job:
    """Return the job that a step starts, before anything of it was seen."""
    outcomes: list[Outcome | None] = [_outcome(step.task, item) for item in items]
    if step.task == "die" and outcomes:
        outcomes[0] = None
    return Job(step, outcomes)


def _outcome(task: str, item: int) -> Outcome:
    if task == "square":
        return Value(item * item)
    if task == "even or raise" and item % 2:
        return Error("ValueError", (item,))
    return Value(item)
