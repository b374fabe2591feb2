"""What really ran, read from the side channel, and the account of every item.

Pure functions of recorded events (Jepsen's habit): a saved history can be
checked again.  Times are seconds of the machine's monotonic clock.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    """One attempt at one item by one worker; `ended` is done, raised, or lost (`ended_s` None)."""

    item: str
    attempt: int
    worker: int
    started_s: float
    ended_s: float | None
    ended: str

    def as_record(self) -> dict[str, Any]:
        """Return the event as the record file's `history` has it."""
        return asdict(self)


@dataclass(frozen=True)
class Account:
    """How often each expected item ran; items are told as `told` tells them."""

    attempted: int
    done: int
    lost: list[str]
    doubled: list[str]
    unexpected: list[str]
    missing: list[str]

    @property
    def exactly_once(self) -> bool:
        """Whether every expected item ran to its end once, and nothing else ran."""
        return not (self.lost or self.doubled or self.unexpected or self.missing)


def read(path: Path) -> list[Event]:
    """Read the file that `tasks.recorded` wrote; a torn last line (a killed worker) is left out.

    An item that is no integer or string is told by its `repr`.
    """
    if not path.exists():
        return []
    events: list[Event] = []
    running: dict[tuple[int, int, str], int] = {}
    attempts: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            seen = json.loads(line)
        except ValueError:
            continue
        item, at_s = str(seen["item"]), seen["ns"] / 1e9
        key = (seen["pid"], seen["thread"], item)
        if seen["event"] == "start":
            attempts[item] += 1
            running[key] = len(events)
            events.append(Event(item, attempts[item], seen["pid"], at_s, None, "lost"))
        elif key in running:
            index = running.pop(key)
            events[index] = replace(events[index], ended_s=at_s, ended=seen["event"])
    return events


def told(item: Any) -> str:
    """Return the text by which `read` tells this item."""
    return str(item) if isinstance(item, int | str) else repr(item)


def account(events: Iterable[Event], expected: Iterable[Any]) -> Account:
    """Hold the events to the items that were submitted (equal items count as often as given)."""
    wanted = Counter(told(item) for item in expected)
    seen = list(events)
    tries = Counter(event.item for event in seen)
    ends = Counter(event.item for event in seen if event.ended != "lost")
    return Account(
        attempted=len(seen),
        done=sum(ends.values()),
        lost=sorted(item for item in wanted if ends[item] < min(tries[item], wanted[item])),
        doubled=sorted(item for item in wanted if tries[item] > wanted[item]),
        unexpected=sorted(item for item in tries if item not in wanted),
        missing=sorted(item for item in wanted if tries[item] < wanted[item]),
    )
