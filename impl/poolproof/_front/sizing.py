"""How many items a frame carries: pure arithmetic, no chunksize to tune.

A frame should take about TARGET_NS in a worker: long enough that its cost in
the parent is lost in it, short enough that the workers end together.  The
estimate of an item's time will be wrong for some input (a cheap beginning, a
heavy block), and so it is only a guess at how much to send: a worker returns
what it could not start within the frame's budget, whatever the guess was.
The budget, not the formula, is what bounds the makespan:

    makespan <= (1 + e) * total work / workers + longest item + budget

Source: FAC2's cap (Hummel, Schonberg, Flynn 1992) for the end of a job, where
the frames of all workers together must not exceed half of what is left; but a
frame of less than WORTH_NS ends a job sooner only in theory, so that a job of
less runs in one worker, in one frame, once it is known how short it is.
"""

from __future__ import annotations

import math
from collections import OrderedDict

TARGET_NS = 10_000_000  # 10 ms: a frame costs some 130 us, its wake-ups included, so 1.3 %
BUDGET_NS = 16_000_000  # 16 ms: how far an estimate may be off before work is given back
LEAST_BUDGET_NS = 1_000_000  # 1 ms: at the end of a job, too, a frame is worth its cost
WORTH_NS = 100_000  # 0.1 ms: what a frame costs at the end of a job
PREFETCH_NS = 14_000_000  # 14 ms: beyond it, the wake-up that a second frame saves is < 1 %
SMOOTHING = 0.3  # least weight of the newest frame in the estimate
FRAME_BYTES = 1 << 20  # 1 MiB: what a frame may weigh; more falls out of the processors' caches
HEAVY_ITEM_BYTES = 128 << 10  # 128 KiB, of an item: to move it takes longer than to wake a worker
GROWTH = 16  # a frame is at most this many times the last one: one fast item proves little
FORETOLD = 64  # items: a first frame sized by what another job has learnt; these may be heavier
REMEMBERED = 64  # functions whose items' time a pool remembers


class Sizer:
    """Learns the time of a job's items and sizes its frames.

    sharing: several items in a frame are one pickle, and may refer to one large object.
    """

    __slots__ = (
        "_compared",
        "_fitting",
        "_item_ns",
        "_last",
        "_observed",
        "_one",
        "_sharing",
        "expects_large",
    )

    def __init__(self, *, sharing: bool = False) -> None:
        self._sharing = sharing
        self._one = 0  # bytes of a frame of one item
        self._compared = False  # that with a frame of more
        self._item_ns: float | None = None
        self._observed = 0  # items of the newest frame
        self._fitting = math.inf  # items, by the weight of the heaviest of late
        self._last = 1
        #: results have been too large for a record: a frame should bring a memory file
        self.expects_large = False

    def begin_with(self, earlier: Sizer) -> None:
        """Take what another job of the same function has learnt for the first guess."""
        self._item_ns = earlier._item_ns
        self._fitting = earlier._fitting
        self.expects_large = earlier.expects_large
        self._last = FORETOLD // GROWTH

    def observe(self, items: int, elapsed_ns: int) -> None:
        """Take in that `items` items took `elapsed_ns` of run time."""
        if items:
            sample = elapsed_ns / items
            before = sample if self._item_ns is None else self._item_ns
            # A frame of many tells their time; a frame of one, what a frame costs as well.
            weight = max(SMOOTHING, items / (items + self._observed))
            self._item_ns = before + weight * (sample - before)
            self._observed = items

    def weigh_frame(self, items: int, size: int) -> None:
        """Take in what a frame weighs, in bytes: of what its items share, only what each adds."""
        if self._sharing and items == 1 and not self._compared:
            self._one = size
        elif self._one and items > 1:
            added = max(0, size - self._one) * items // (items - 1)
            if not self._compared and 2 * added < size:
                self._fitting = math.inf
            self._compared = True
            size = min(size, added)
        self.weigh(items, size)

    def weigh(self, items: int, size: int) -> None:
        """Take in that `items` items, or their results, were pickled to `size` bytes."""
        if size:
            self._fitting = min(FRAME_BYTES * items / size, self._fitting / (1 - SMOOTHING))

    def weighing(self, size: int) -> float:
        """Return how many items, or their results, weigh `size` bytes."""
        return self._fitting * size / FRAME_BYTES

    def items(self, left: int | None, workers: int) -> int:
        """Return how many items the next frame should carry, 1 or more.

        left: items of the job that no worker has, None when that is unknown.
        """
        if self._item_ns is None:
            return 1
        wanted = math.ceil(TARGET_NS / max(self._item_ns, 1.0))
        fitting = min(wanted, self._last * GROWTH, self._fitting)
        if left is not None:
            worth = WORTH_NS / max(self._item_ns, 1.0)
            fitting = min(fitting, max(worth, math.ceil(left / (2 * workers))))
        if fitting < 2 <= min(wanted, left or 0) and self._one and not self._compared:
            fitting = 2  # heavy as they are: is it all their own?
        self._last = max(1, int(fitting))
        return self._last

    def budget_ns(self, left: int | None, workers: int) -> int:
        """Return the run time after which a worker should give work back."""
        if self._item_ns is None or left is None:
            return BUDGET_NS
        share = left * self._item_ns / (2 * workers)
        return int(max(LEAST_BUDGET_NS, min(BUDGET_NS, share)))

    def may_prefetch(self, items: int) -> bool:
        """Tell whether a worker that runs such a frame should have the next one at hand.

        Yes, too, while nothing is known: what it has not read can be taken back.  Not of heavy
        items: the dispatcher, which moves them, has no time to spare, and less memory in use is
        memory that the caches hold.
        """
        short = self._item_ns is None or self._item_ns * items < PREFETCH_NS
        return short and self._fitting > FRAME_BYTES / HEAVY_ITEM_BYTES


class Experience:
    """What the jobs of a pool have learnt about its functions.

    A short job is over before it has learnt what frames suit it; the next one
    of the same function need not begin with one item.
    """

    def __init__(self) -> None:
        self._sizers: OrderedDict[str, Sizer] = OrderedDict()

    def pass_on(self, function: str, sizer: Sizer) -> None:
        """Let a job's sizer begin with what is known, and the next job's with what it learns."""
        earlier = self._sizers.pop(function, None)
        if earlier is not None:
            sizer.begin_with(earlier)
        elif len(self._sizers) == REMEMBERED:
            self._sizers.popitem(last=False)
        self._sizers[function] = sizer


def default_chunksize(items: int, workers: int) -> int:
    """Return the items per chunk that the standard library would choose, 1 or more.

    Here it only says what is a unit where the caller gave no chunksize: what counts as one task
    for maxtasksperchild, and what may share a pickle.
    Source: CPython 3.13 Lib/multiprocessing/pool.py, `_map_async`.
    """
    return max(1, -(-items // (4 * workers)))
