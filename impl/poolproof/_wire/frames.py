"""What crosses the pipe: two kinds of messages with named fields.

    parent -> worker    Task header    | callable pickle | items pickles
    worker -> parent    Result header  | payload

A message is one record of a SOCK_SEQPACKET socket: it arrives whole or not at
all, so a worker that dies while it sends leaves no torn message behind.  A
body above `INLINE_LIMIT` travels in a memory file (see `memory`), whose
descriptor rides on the header.
"""

from __future__ import annotations

import enum
import struct
from typing import NamedTuple

INLINE_LIMIT = 60 * 1024  # bytes: one record, well under the default socket buffer of 208 KiB
RECORD_LIMIT = 64 * 1024  # bytes: what a receiver must have room for


# What the parent rings the bell for; rung twice before it is read, the numbers add up.
GIVE_BACK = 1  # what the running frame has not started
SHOW = 1 << 32  # the outcomes that it has and did not send


class TaskKind(enum.IntEnum):
    """What the parent asks of a worker."""

    HELLO = 0  # carries a descriptor: the first that of the claim slot, the second the bell's
    RUN = 1  # call the callable with each item
    FORGET = 2  # drop the callable `forget`
    STOP = 3  # the sentinel: finish and exit


class ResultKind(enum.IntEnum):
    """What a worker tells the parent."""

    READY = 0  # the initializer has returned
    BROKEN = 1  # the initializer has raised; payload: Failure
    VALUES = 2  # payload: one pickle, the list of the values of `tasks` tasks
    OUTCOMES = 3  # payload: `tasks` pickles one behind the other, a value or Failure each
    FAILURE = 4  # payload: Failure of the one item at `first`
    UNLOADED = 5  # the items could not be unpickled, none of them ran; payload: Failure
    UNCALLABLE = 6  # the callable could not be unpickled, nothing ran; payload: Failure
    STAMPS = 7  # payload: three 64-bit numbers an item (see `stopwatch`); `first` counts stamps
    GIVEN_BACK = 8  # tasks from `first` on will not be started here
    UNFIT = 9  # the process cannot be a worker: no thread, no memory; payload: Failure


class TaskHeader(NamedTuple):
    """Fields of a message to a worker.

    in_file:   the body is in the memory file that rides on the record.
    exact:     commit each outcome to the claim slot before the next item starts.
    carried:   the callable has a state, and each unit of tasks a copy of it (see `packing`).
    joint:     the tasks are in one pickle; else each part of a unit is in its own (see `units`).
    seq:       number of the frame, ascending for each worker.
    call_id:   names the callable; its pickle comes along the first time.
    call_size: bytes of the callable's pickle in this message, 0 for a known one.
    size:      bytes of the body, the callable's pickle and the items' together.
    budget_ns: run time after which the worker gives back what it has not started.
    forget:    call_id of a callable that will not be used again, 0 for none.
    start:     position of the first task in its job.
    tasks:     how many there are.
    per_unit:  tasks of the job that are a unit.
    ahead_of:  seq of the frame that the worker had then, 0 where it had none.  If that is cut
               short, this one comes back as it is: what was left is to run first.
    """

    kind: int
    in_file: int = 0
    exact: int = 0
    carried: int = 0
    joint: int = 0
    seq: int = 0
    call_id: int = 0
    call_size: int = 0
    size: int = 0
    budget_ns: int = 0
    forget: int = 0
    start: int = 0
    tasks: int = 0
    per_unit: int = 1
    ahead_of: int = 0


class ResultHeader(NamedTuple):
    """Fields of a message to the parent.

    last:         the frame is finished; items behind `first + tasks` never started.
    in_file:      the payload is in a memory file of the frame's: in the one that was lent with it
                  (1), or in one that the worker had to make (2, 3, ...), which rides on the first
                  record that says so.  0 where it follows the header.
    first, tasks: positions in the frame that the payload is about.
    elapsed_ns:   run time of the items since the frame was begun.
    size:         bytes of the payload.
    offset:       where it begins in the file, in bytes.
    """

    kind: int
    last: bool
    in_file: int
    seq: int
    first: int
    tasks: int
    elapsed_ns: int
    size: int
    offset: int


LENT_FILE = 1  # among the files of a frame
_TASK = struct.Struct("<BBBBBxxxQQQQQQQQQQ")
_RESULT = struct.Struct("<B?xxIQQQQQQ")
TASK_HEADER_SIZE = _TASK.size
RESULT_HEADER_SIZE = _RESULT.size


def pack_task(header: TaskHeader) -> bytes:
    """Encode a header, `TASK_HEADER_SIZE` bytes."""
    return _TASK.pack(*header)


def unpack_task(record: memoryview) -> TaskHeader:
    """Decode the header at the front of a record."""
    return TaskHeader._make(_TASK.unpack_from(record))


def pack_result(header: ResultHeader) -> bytes:
    """Encode a header, `RESULT_HEADER_SIZE` bytes."""
    return _RESULT.pack(*header)


def unpack_result(record: memoryview) -> ResultHeader:
    """Decode the header at the front of a record."""
    return ResultHeader._make(_RESULT.unpack_from(record))
