"""Runs the items of one frame, in one of two ways.

exact   for imap and apply, where each outcome is delivered by itself: it is in
        the claim slot before the next item starts, so that a worker that dies
        takes nothing with it but the item it was running.
batch   for map, where one lost item fails the job whatever the others
        returned: the outcomes leave together, only the progress is claimed.

Both give back what they have not started when the time budget is used up, and when the parent
asks for it (see `Run.cut`), in the middle of an item too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any, NamedTuple

from ._channel import PROTOCOL, Body, pickle_into
from ._claims import FIRST, LOG_ITEMS, LOG_SIZE, OVER, PHASE, STARTED, Phase, Slot
from ._frames import ResultKind
from ._outcome import pack_error, pack_refusal

if TYPE_CHECKING:
    from ._outbox import Outbox
    from ._worker_process import Interrupts

FLUSH_NS = 1_000_000  # 1 ms: how long a finished outcome may wait for its neighbours
SUB_BATCH_NS = 40_000  # 40 us: how often a batch looks at the clock, which costs 3 us in all

_clock = time.perf_counter_ns


class Run(NamedTuple):
    """One frame at work.

    Guarantees: one thread runs the items, and any other may cut them: each item is either run or
    given back.
    """

    seq: int
    call: Callable[[Any], Any]
    items: list[Any]
    budget_ns: int
    slot: Slot
    outbox: Outbox
    interrupts: Interrupts

    def cut(self) -> int:
        """Drop the items that are not started; return how many are left."""
        # Without a call between reading the count and cutting the list, as between taking an item
        # and counting it below: CPython changes threads at calls and backward jumps alone.
        del self.items[self.slot.fields[STARTED] :]
        return len(self.items)


def run_batch(run: Run) -> None:
    """Run the items; send their values together, each error by itself."""
    first = position = 0
    values: list[Any] = []
    size = 1
    run.slot.fields[PHASE] = Phase.RUNNING
    started = now = _clock()
    while position < len(run.items) and now - started < run.budget_ns:
        numbers = _numbers(position + 1, size, started + run.budget_ns)
        error = _run_sub_batch(run, position, numbers, values)
        position = first + len(values)
        # A Ctrl-C between two items raises too, and then no item is to blame.
        if error is not None and run.slot.fields[STARTED] == position + 1:
            _send_values(run, first, values, last=False)
            run.outbox.failure(ResultKind.FAILURE, pack_error(error), position, 1, last=False)
            position += 1
            first, values = position, []
        run.slot.fields[STARTED] = run.slot.fields[OVER] = position
        before, now = now, _clock()
        size = _next_size(size, now - before)
    _send_values(run, first, values, last=True)


def _run_sub_batch(
    run: Run, position: int, numbers: Iterable[int], values: list[Any]
) -> BaseException | None:
    """Append values until the sub-batch is over or an item raises; return what it raised."""
    call, fields, interrupts = run.call, run.slot.fields, run.interrupts
    items = iter(run.items)  # no copy: it ends where the list is cut
    items.__setstate__(position)  # type: ignore[attr-defined]  # how its own pickle tells where it was
    interrupts.armed = True
    try:
        # The numbers first: their end takes no item.
        for fields[STARTED], item in zip(numbers, items, strict=False):
            values.append(call(item))
    except BaseException as error:  # noqa: BLE001  whatever a task raises is its outcome
        interrupts.armed = False
        return error
    interrupts.armed = False
    return None


def _numbers(first: int, size: int, until_ns: int) -> Iterable[int]:
    """Number the items of a sub-batch: so many quick ones, or slow ones for as long as they are."""
    return range(first, first + size) if size > 1 else _while_slow(first, until_ns)


def _while_slow(number: int, until_ns: int) -> Iterator[int]:
    """Number items up to the first quick one; a look at the clock is nothing beside a slow one."""
    before = _clock()
    while True:
        yield number
        number += 1
        now = _clock()
        if now - before < SUB_BATCH_NS or now >= until_ns:
            return
        before = now


def _next_size(size: int, took_ns: int) -> int:
    if took_ns < SUB_BATCH_NS:
        return size * 2
    return max(1, size // 2) if took_ns > 2 * SUB_BATCH_NS else size


def _send_values(run: Run, first: int, values: list[Any], *, last: bool) -> None:
    if not values and not last:
        return
    body = Body()
    try:
        pickle_into(body, values)
        run.outbox.send(ResultKind.VALUES, first, len(values), body, last=last)
    except ConnectionError:  # the parent is gone
        raise
    except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
        _send_each_value(run, first, values, error, last=last)


def _send_each_value(
    run: Run, first: int, values: list[Any], error: BaseException, *, last: bool
) -> None:
    """Send the values one by one, so that only what cannot be pickled, or is too large, fails."""
    if len(values) == 1:
        failure = pack_refusal(error, values[0])
        run.outbox.failure(ResultKind.FAILURE, failure, first, 1, last=last)
        return
    for offset, value in enumerate(values):
        _send_values(run, first + offset, [value], last=last and offset == len(values) - 1)


def run_exact(run: Run) -> None:
    """Run the items; each outcome is in the claim slot before the next one starts."""
    call, interrupts, fields = run.call, run.interrupts, run.slot.fields
    log = _OutcomeLog(run)
    fields[PHASE] = Phase.RUNNING
    started = flushed = _clock()
    for number, item in enumerate(run.items, 1):
        fields[STARTED] = number
        interrupts.armed = True
        try:
            outcome = call(item)
        except BaseException as error:  # noqa: BLE001  whatever a task raises is its outcome
            interrupts.armed = False
            outcome = pack_error(error)
        interrupts.armed = False
        log.add(outcome)
        fields[OVER] = number
        now = _clock()
        # The last flush tells of the end, too.
        if now - flushed > FLUSH_NS and number < len(run.items):
            if now - started >= run.budget_ns:
                break
            log.flush()
            flushed = now
    log.flush(last=True)


class _OutcomeLog:
    """Outcomes of one frame that are over but not sent yet, in the claim slot."""

    def __init__(self, run: Run) -> None:
        self._slot = run.slot
        self._outbox = run.outbox
        self._body = Body()
        # One pickler for the frame: making a ForkingPickler costs more than a small dump.
        self._pickler = ForkingPickler(self._body, PROTOCOL)
        self._first = 0
        self._count = 0
        self._end = 0

    def add(self, outcome: object) -> None:
        """Log the outcome of the item behind the logged ones."""
        body = self._body
        body.clear()
        try:
            self._pickler.dump(outcome)
        except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
            body.clear()
            pickle_into(body, pack_refusal(error, outcome))
        self._pickler.clear_memo()
        if len(body) > 1:
            body.unwrap()
        size = len(body[0]) if len(body) == 1 else body.size
        if self._end + size > LOG_SIZE or self._count == LOG_ITEMS:
            self.flush()
            if size > LOG_SIZE:
                self._send_alone()
                return
        end = self._end + size
        self._slot.log[self._end : end] = body[0] if len(body) == 1 else b"".join(body)
        self._slot.ends[self._count] = self._end = end
        self._count += 1

    def _send_alone(self) -> None:
        no_end = bytes(4)
        self._outbox.send(
            ResultKind.OUTCOMES, self._first, 1, Body([no_end, *self._body]), last=False
        )
        self._restart(self._first + 1)

    def flush(self, *, last: bool = False) -> None:
        """Send what is logged and start an empty log."""
        if self._count or last:
            body = Body(self._slot.logged(self._count))
            self._outbox.send(ResultKind.OUTCOMES, self._first, self._count, body, last=last)
            self._restart(self._first + self._count)

    def _restart(self, first: int) -> None:
        # FIRST before the log is written over: the parent skips what it has received,
        # but must not take a new outcome for an old item.
        self._slot.fields[FIRST] = self._first = first
        self._count = self._end = 0
