"""What the loop waits for: results and deaths of its workers, and the inbox's alarm."""

from __future__ import annotations

import select

from .._link.link import Link


class Watch:
    """One epoll, and whose each of its descriptors is; used by the dispatcher's thread alone."""

    def __init__(self, alarm_fd: int) -> None:
        self._alarm_fd = alarm_fd
        self._links: dict[int, Link] = {}
        self._epoll = select.epoll()
        self._epoll.register(alarm_fd, select.EPOLLIN)

    def wait(self, timeout_s: float | None) -> tuple[bool, list[int]]:
        """Wait; return whether the alarm rang, and the descriptors that have become readable."""
        fds = [fd for fd, _ in self._epoll.poll(timeout_s)]
        return self._alarm_fd in fds, fds

    def link(self, fd: int) -> Link | None:
        """Return whose descriptor this is; None for what is not, or no longer, watched."""
        return self._links.get(fd)

    def results(self, link: Link) -> None:
        """Watch for results that come over a link."""
        self._add(link, link.fileno())

    def no_results(self, link: Link) -> None:
        """Leave a link's results to whoever borrows it."""
        self._remove(link.fileno())

    def death(self, link: Link) -> None:
        """Watch for the death of a worker."""
        self._add(link, link.death_fd)

    def no_death(self, link: Link) -> None:
        """The worker is dead."""
        self._remove(link.death_fd)

    def _add(self, link: Link, fd: int) -> None:
        self._links[fd] = link
        self._epoll.register(fd, select.EPOLLIN)

    def _remove(self, fd: int) -> None:
        del self._links[fd]
        self._epoll.unregister(fd)

    def close(self) -> None:
        """Watch for nothing any more."""
        self._links.clear()
        self._epoll.close()
