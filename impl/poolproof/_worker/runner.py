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

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .._wire.channel import Body, pickle_into
from .._wire.claims import OVER, PHASE, STARTED, Phase, Slot
from .._wire.frames import ResultKind, TaskHeader
from .._wire.outcome import pack_error, pack_refusal
from .._wire.sharing import PLAIN, plain
from .outcome_log import OutcomeLog

if TYPE_CHECKING:
    from .outbox import Outbox
    from .worker_process import Interrupts

FLUSH_NS = 1_000_000  # 1 ms: how long a finished outcome may wait for its neighbours
SUB_BATCH_NS = 40_000  # 40 us: how often a batch looks at the clock, which costs 3 us in all

_clock = time.perf_counter_ns


class Run(NamedTuple):
    """One frame at work.

    Guarantees: one thread runs the items, and any other may cut them: each item is either run or
    given back.
    """

    header: TaskHeader
    call: Callable[[Any], Any]
    items: list[Any]
    slot: Slot
    outbox: Outbox
    interrupts: Interrupts
    log: OutcomeLog
    #: what was cut off, until the frame is over: it may have finalizers of the user's, which want
    #: a lock of the running item
    dropped: list[list[Any]]

    def cut(self) -> int:
        """Drop the items that are not started; return how many are left."""
        collects = gc.isenabled()
        gc.disable()  # up to 3.11 it runs wherever something is made, and may run user code
        # Without a call between reading the count and cutting the list, as between taking an item
        # and counting it below: CPython changes threads at calls and backward jumps alone.
        started = self.slot.fields[STARTED]
        tail = self.items[started:]
        del self.items[started:]
        if collects:
            gc.enable()
        self.dropped.append(tail)
        return len(self.items)


def run_batch(run: Run) -> None:
    """Run the items; send their values together, each error by itself.

    A value that the next unit could change (see `units`) does not wait for that.
    """
    per_unit, start = run.header.per_unit, run.header.start
    first = position = 0
    values: list[Any] = []
    pending = 0  # values of the units before this one: nobody can change them
    size = 1
    run.slot.fields[PHASE] = Phase.RUNNING
    started = now = _clock()
    until = started + run.header.budget_ns
    while position < len(run.items) and now < until:
        of_unit = per_unit - (start + position) % per_unit
        end = position + (of_unit if per_unit > 1 else len(run.items))
        numbers = _numbers(position + 1, size, end, until)
        error = _run_sub_batch(run, position, numbers, values)
        position = first + len(values)
        # A Ctrl-C between two items raises too, and then no item is to blame.
        if error is not None and run.slot.fields[STARTED] == position + 1:
            _send_values(run, first, values, last=False)
            run.outbox.failure(ResultKind.FAILURE, pack_error(error), position, 1, last=False)
            position += 1
            first, values, pending = position, [], 0
        run.slot.fields[STARTED] = run.slot.fields[OVER] = position
        if per_unit == 1:
            if values and id(type(values[-1])) not in PLAIN:
                _run_rest_exactly(run, first, values, until)
                return
        elif (start + position) % per_unit == 0 and position < len(run.items):
            if not plain(values[pending:]):
                _send_values(run, first, values, last=False)
                first, values = position, []
            pending = len(values)
        before, now = now, _clock()
        size = _next_size(size, now - before)
    _send_values(run, first, values, last=True)


def _run_rest_exactly(run: Run, first: int, values: list[Any], until_ns: int) -> None:
    """Go on as for `imap`: the last value is not to wait for the next item."""
    value = values.pop()
    _send_values(run, first, values, last=False)
    position = first + len(values)
    run.log.restart(position)
    run.log.add(value)
    _run_exactly(run, position + 1, until_ns)


def _run_sub_batch(
    run: Run, position: int, numbers: Iterable[int], values: list[Any]
) -> BaseException | None:
    """Append values until the sub-batch is over or an item raises; return what it raised.

    Where each item is a unit: or until there is one that the next item could change.
    """
    call, fields, interrupts = run.call, run.slot.fields, run.interrupts
    items = iter(run.items)  # no copy: it ends where the list is cut
    items.__setstate__(position)  # type: ignore[attr-defined]  # how its own pickle tells where it was
    interrupts.armed = True
    try:
        # The numbers first: their end takes no item.
        numbered = zip(numbers, items, strict=False)
        if run.header.per_unit > 1:
            for fields[STARTED], item in numbered:
                values.append(call(item))
        else:
            for fields[STARTED], item in numbered:
                values.append(call(item))
                if id(type(values[-1])) not in PLAIN:
                    break
    except BaseException as error:  # noqa: BLE001  whatever a task raises is its outcome
        interrupts.armed = False
        return error
    interrupts.armed = False
    return None


def _numbers(first: int, size: int, end: int, until_ns: int) -> Iterable[int]:
    """Number the items of a sub-batch: so many quick ones, or slow ones for as long as they are."""
    if size > 1:
        return range(first, min(first + size, end + 1))
    return _while_slow(first, end, until_ns)


def _while_slow(number: int, end: int, until_ns: int) -> Iterator[int]:
    """Number items up to the first quick one; a look at the clock is nothing beside a slow one."""
    before = _clock()
    while number <= end:
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
    except BaseException as error:  # noqa: BLE001  user code runs in __reduce__
        _send_each_value(run, first, values, error, last=last)
        return
    try:
        run.outbox.send(ResultKind.VALUES, first, len(values), body, last=last)
    except ConnectionError:  # the parent is gone
        raise
    except OSError as error:
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
    run.slot.fields[PHASE] = Phase.RUNNING
    _run_exactly(run, 0, _clock() + run.header.budget_ns)


def _run_exactly(run: Run, position: int, until_ns: int) -> None:
    call, interrupts, fields, log = run.call, run.interrupts, run.slot.fields, run.log
    items = iter(run.items)  # no copy: it ends where the list is cut
    items.__setstate__(position)  # type: ignore[attr-defined]  # as above
    flushed = _clock()
    number = position
    # No statement between taking an item and counting it: a tracer would run there.
    for fields[STARTED], item in enumerate(items, position + 1):
        number += 1
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
            if now >= until_ns:
                break
            log.flush()
            flushed = now
    log.flush(last=True)
