"""What is compared: one `Row` a question, data only.

A row is measured in a *group* for each of its start methods; a group holds one *entrant* a pool.
All entrants of a group do the same work, a sample at a time in turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WORKERS = 2
MIB = 1 << 20
SHORT_MAP = 64  # items


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question, and the work that answers it.

    Guarantees: immutable; driver and test process hold equal copies, found by `id`.
    """

    id: str
    """What `--rows` selects by prefix."""
    title: str
    """The question, in words."""
    call: str
    """Which operation of `operations` answers it."""
    tasks: int
    """Items in one sample; of the row of short maps, maps."""
    quick_tasks: int | None
    """Items in one sample under `--quick`; None leaves the row out there."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the operation: `chunksize`, `item_bytes`, `payload`, `workload`."""
    needs: tuple[str, ...] = ("map",)
    """Capabilities without which a pool has no answer."""
    start_methods: tuple[str, ...] = ("fork",)
    """One group each.  A steady state is timed under the first only: how the workers were started
    no longer matters there."""
    quick_start_methods: tuple[str, ...] = ("fork",)
    """The same, under `--quick`."""
    shrinks: bool = False
    """May a peer run fewer items, so that a sample stays affordable?  Only where cost is linear in
    the items; what ran is recorded as `tasks`, and ratios are taken per item."""
    sweep: tuple[int, ...] = ()
    """Chunk sizes at which the stdlib enters as well: the best of them is the rival."""


_ALL = ("fork", "spawn", "forkserver")
_SWEEP = (1, 4, 16, 64, 256)

_OVERHEAD = (
    Row(
        id="map-chunk1",
        title="map of no-ops, one item a task",
        call="map",
        tasks=20_000,
        quick_tasks=4_000,
        options={"chunksize": 1},
        shrinks=True,
    ),
    Row(
        id="map-default",
        title="map of no-ops, no chunksize given",
        call="map",
        tasks=300_000,
        quick_tasks=300_000,
        shrinks=True,
    ),
    Row(
        id="map-short",
        title=f"maps of {SHORT_MAP} no-ops, one after the other, no chunksize given",
        call="short_maps",
        tasks=1_000,
        quick_tasks=200,
        shrinks=True,
    ),
    Row(
        id="imap",
        title="imap of no-ops, results read in order",
        call="imap",
        tasks=20_000,
        quick_tasks=4_000,
        needs=("imap",),
        shrinks=True,
    ),
    Row(
        id="imap_unordered",
        title="imap_unordered of no-ops, results read as they come",
        call="imap_unordered",
        tasks=20_000,
        quick_tasks=None,
        needs=("imap_unordered",),
        shrinks=True,
    ),
    Row(
        id="flood",
        title="a flood of apply_async, then every result",
        call="flood",
        tasks=20_000,
        quick_tasks=5_000,
        needs=("apply_async",),
        shrinks=True,
    ),
    Row(
        id="apply",
        title="apply, one round trip after the other",
        call="apply",
        tasks=1_000,
        quick_tasks=200,
        needs=("apply",),
        shrinks=True,
    ),
)

_PAYLOAD = tuple(
    Row(
        id=f"echo-{mib}MiB-{payload}",
        title=f"{mib} MiB of {what} there and back, one item a task",
        call="echo",
        tasks=64 // mib,
        quick_tasks=quick_tasks,
        options={"item_bytes": mib * MIB, "payload": payload},
    )
    for mib, payload, what, quick_tasks in (
        (1, "bytes", "bytes", 16),
        (16, "bytes", "bytes", None),
        (1, "numpy", "NumPy array", None),
        (16, "numpy", "NumPy array", None),
    )
)

_LIFECYCLE = (
    Row(
        id="cold",
        title="from nothing to the first result",
        call="cold",
        tasks=1,
        quick_tasks=1,
        start_methods=_ALL,
        quick_start_methods=("fork", "spawn"),
    ),
    Row(
        id="close-join",
        title="close and join of an idle pool",
        call="close_join",
        tasks=1,
        quick_tasks=None,
        needs=("map", "join"),
        start_methods=_ALL,
    ),
)

# Sizes: about 0.5 s of work a sample, less under --quick.
_SCHEDULING = tuple(
    Row(
        id=f"order-{workload}",
        title=f"makespan over its lower bound: {what}",
        call="schedule",
        tasks=tasks,
        quick_tasks=quick_tasks,
        options={"workload": workload},
        sweep=_SWEEP,
    )
    for workload, what, tasks, quick_tasks in (
        ("constant", "all items cost 100 us", 5_000, None),
        ("exponential", "100 us and an exponential share on top", 1_000, None),
        ("pareto", "bounded Pareto, shape 1.5, 100 us to 50 ms", 1_800, None),
        ("bimodal", "one item in twenty costs 380 times the others", 260, None),
        ("increasing", "costs rise from 100 us to 2 ms", 480, None),
        ("decreasing", "costs fall from 2 ms to 100 us", 480, None),
        ("fast-then-slow", "the last tenth costs 490 times the rest", 100, 40),
        ("block", "3 % of the items, side by side, cost 300 times the rest", 500, None),
        ("mandelbrot", "rows of the Mandelbrot set, top to bottom", 400, None),
    )
)

ROWS: dict[str, Row] = {row.id: row for row in (*_OVERHEAD, *_PAYLOAD, *_LIFECYCLE, *_SCHEDULING)}
"""Id to row, in the order in which they run."""
