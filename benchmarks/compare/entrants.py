"""Who enters a group: every pool once, the stdlib a second time as the control, and its sweep."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .rows import ROWS, Row

REFERENCE = "poolproof:Pool"
BASELINE = "multiprocessing:Pool"
CONTROL = f"{BASELINE} (A/A)"
PEERS = (
    "concurrent.futures:ProcessPoolExecutor",
    "loky:ProcessPoolExecutor",
    "joblib:Parallel",
    "billiard:Pool",
    "multiprocess:Pool",
    "mpire:WorkerPool",
    "pebble:ProcessPool",
)
POOLS = (REFERENCE, BASELINE, *PEERS)

Role = Literal["reference", "baseline", "control", "sweep", "peer"]


@dataclass(frozen=True)
class Entrant:
    """One line of a group.  `label` is unique in it."""

    label: str
    subject: str
    role: Role
    chunksize: int | None = None

    @property
    def driver(self) -> str:
        """Whose driver process it uses: the control has one of its own, the sweep does not."""
        return self.label if self.role == "control" else self.subject


@dataclass(frozen=True)
class Group:
    """One row under one start method."""

    row: Row
    start_method: str
    entrants: tuple[Entrant, ...]

    @property
    def id(self) -> str:
        """What the records call it."""
        return f"{self.row.id}-{self.start_method}"


def enter(row: Row, pools: Iterable[str]) -> tuple[Entrant, ...]:
    """Return the entrants of a row, the stdlib and its control always among them."""
    roles: dict[str, Role] = {REFERENCE: "reference", BASELINE: "baseline"}
    names = dict.fromkeys(pools) | {BASELINE: None}
    ordered = sorted(names, key=lambda name: (name not in roles, name == BASELINE))
    entrants = [Entrant(name, name, roles.get(name, "peer")) for name in ordered]
    after_baseline = 1 + [entrant.label for entrant in entrants].index(BASELINE)
    entrants.insert(after_baseline, Entrant(CONTROL, BASELINE, "control"))
    sweep = (Entrant(f"{BASELINE} chunksize={k}", BASELINE, "sweep", k) for k in row.sweep)
    return (*entrants, *sweep)


def groups(prefixes: Iterable[str], pools: Iterable[str], *, quick: bool) -> list[Group]:
    """Return the groups to run, in order.

    `prefixes` of row ids select rows (none: all).  Raises ValueError for a prefix of no row.
    """
    selected = tuple(prefixes)
    for prefix in selected:
        if not any(row_id.startswith(prefix) for row_id in ROWS):
            raise ValueError(
                f"expected the start of a row's name, got {prefix!r}; rows are: {', '.join(ROWS)}"
            )
    rows = [row for row in ROWS.values() if row.id.startswith(selected or "")]
    if quick:
        # A row that was asked for by name runs, even where --quick alone leaves it out.
        rows = [row for row in rows if row.quick_tasks is not None or selected]
    return [
        Group(row, method, enter(row, tuple(pools)))
        for row in rows
        for method in (row.quick_start_methods if quick else row.start_methods)
    ]
