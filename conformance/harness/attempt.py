"""What one run of one body came to, as its warden saw it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from .verdicts import Verdict


@dataclass
class Attempt:
    """One body's end.  `value` is what the test returned (JSON); times are seconds."""

    verdict: Verdict
    duration_s: float = 0.0
    phase: str | None = None
    message: str | None = None
    expected: str | None = None
    observed: str | None = None
    traceback: str | None = None
    stacks: str | None = None
    output: str = ""
    census: dict[str, list[str]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    transcript: str = ""
    value: Any = None
    rejected: bool = False
    """Whether Hypothesis's assume() refused the example: no verdict at all."""
    example: str | None = None
    """The arguments of a property's smallest failing example."""
    examples: int = 0
    """How many examples of a property were run."""
    cut_short: bool = False
    """Whether there was no time for all of a property's examples."""
    script: str | None = None

    @property
    def disproves(self) -> bool:
        """Whether it passed with all that it is tried with: what is known to fail does not."""
        return self.verdict is Verdict.PASS and not self.cut_short

    def as_json(self) -> dict[str, Any]:
        """Return a dictionary that JSON can carry."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Attempt":
        """Read back what `as_json` gave."""
        return cls(**{**record, "verdict": Verdict(record["verdict"])})
