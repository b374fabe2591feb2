"""The inbox: jobs on their way from any thread to the dispatcher.

Guarantees: any thread may put; only the dispatcher takes.  An entry that was
put is taken or abandoned, never forgotten: the dispatcher says that it falls
asleep before it looks into the inbox for the last time, and that it is over
before it abandons what is left.  A flood of calls rings the alarm only while a
worker waits for a task, and so costs a wake-up now and then, not one each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .._errors import PoolTerminatedError
from .._front.jobs import Job
from .._front.results import AsyncResult
from .._front.waiting import Alarm

#: a job, the handle of one apply call, or a step to run in the loop
Entry = Job | AsyncResult[Any] | Callable[[], None]


class Inbox:
    """Entries, and the bell that tells of them."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._alarm = Alarm()
        self._asleep = False
        self._hungry = False
        self._over = False

    # -- called by any thread

    def put(self, entry: Entry) -> None:
        """Hand over a job, or a step to run in the loop."""
        self._entries.append(entry)
        if self._asleep:
            self.wake()
        if self._over:
            self.refuse()

    def put_call(self, result: AsyncResult[Any]) -> None:
        """Hand over an apply call by its handle; it can wait until a worker has room."""
        self._entries.append(result)
        if self._asleep and self._hungry:
            self.wake()
        if self._over:
            self.refuse()

    def quiet(self) -> bool:
        """Tell whether the dispatcher has seen all that was put, and sent what it could of it."""
        return self._asleep and not self._entries

    def nudge(self) -> None:
        """There is a task: wake the dispatcher if a worker waits for one."""
        if self._asleep and self._hungry:
            self.wake()

    def wake(self) -> None:
        """Make the dispatcher look again; it is asleep until it says that it is not.

        Whoever said so in its place might be interrupted before it has rung.
        """
        self._alarm.ring()

    # -- called by the dispatcher

    @property
    def fd(self) -> int:
        """The descriptor that becomes readable when the dispatcher is woken."""
        return self._alarm.fd

    @property
    def hungry(self) -> bool:
        """Tell whether a worker waited for a task when the dispatcher fell asleep."""
        return self._hungry

    def fall_asleep(self) -> bool:
        """From here on ring the alarm; return whether the inbox is empty."""
        self._asleep = True
        return not self._entries

    def wake_up(self, rung: bool) -> None:
        """Ring the alarm no more."""
        self._asleep = False
        if rung:
            self._alarm.silence()

    def feel(self, *, hungry: bool) -> None:
        """Say whether a worker waits for a task."""
        self._hungry = hungry

    def __len__(self) -> int:
        # What comes once it is over is for whoever put it to refuse.
        return 0 if self._over else len(self._entries)

    def take(self) -> Entry:
        """Take the oldest entry.

        Raises: IndexError when there is none.
        """
        return self._entries.popleft()

    def put_back(self, entry: Entry) -> None:
        """An entry that was taken could not be submitted: the pool ends, and will abandon it."""
        self._entries.appendleft(entry)

    def abandon(self, error: BaseException) -> None:
        """End every job in the inbox with `error`; any thread may call it once it is over."""
        while self._entries:
            try:
                entry = self._entries.popleft()
            except IndexError:  # another thread abandons too
                return
            try:
                if isinstance(entry, AsyncResult):
                    entry.settle(False, error)
                elif isinstance(entry, Job):
                    entry.abandon(error)
                else:
                    entry()
            except BaseException:
                self.put_back(entry)  # for the next attempt
                raise

    def refuse(self) -> None:
        """Refuse what is there, and what comes from now on."""
        self._over = True
        self.abandon(PoolTerminatedError("the pool ended while the job was submitted"))

    def close(self) -> None:
        """Refuse everything, and ring no more."""
        self._alarm.close()
        self.refuse()
