"""What the runner asks a zygote for: one test, one subject, one start method."""

import json
from dataclasses import asdict, dataclass

SMOKE = "smoke"
"""What stands for the clause of a body that is a check of the subject before any clause."""


@dataclass(frozen=True)
class Request:
    """One body, or one property whose examples are bodies.

    `module` and `function` name the test; times are seconds of body time.
    """

    module: str
    function: str
    clause: str
    subject: str
    start_method: str
    deadline_s: float
    folder: str
    max_examples: int | None
    """Examples of a property; None for as many as its own settings say."""
    memory_mib: int
    needs: tuple[str, ...] = ()
    shrink: bool = True
    """Whether a failing example is made small; a known failure's is not worth the time."""
    preload: bool = False
    """Whether the zygote may import the subject's module itself."""
    prepare: bool = False
    """Whether the subject has a runtime that is started before the census."""

    def to_json(self) -> str:
        """Return the request as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Request":
        """Read back what `to_json` gave."""
        fields = json.loads(text)
        return cls(**{**fields, "needs": tuple(fields["needs"])})
