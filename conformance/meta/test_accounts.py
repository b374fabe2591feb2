"""The pure parts of the harness: what a history comes to, what a transcript renders to."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .. import tasks
from ..harness.history import Event, account, read
from ..harness.sources import NoSourceError, Sources


def _events(*items: str, ended: str = "done") -> list[Event]:
    return [Event(item, 1, 1, 0.0, 1.0, ended) for item in items]


def test_an_account_names_what_was_lost_doubled_unexpected_and_missing() -> None:
    """Each way to treat an item wrongly has its own list."""
    events = [*_events("1", "2", "2", "9"), *_events("3", ended="lost")]
    seen = account(events, [1, 2, 3, 4])
    assert (seen.lost, seen.doubled, seen.unexpected, seen.missing) == (["3"], ["2"], ["9"], ["4"])
    assert (seen.attempted, seen.done, seen.exactly_once) == (5, 4, False)


@given(items=st.lists(st.integers(0, 5)))
def test_items_that_all_ran_once_are_exactly_once(items: list[int]) -> None:
    """Equal items count as often as they were given."""
    assert account(_events(*map(str, items)), items).exactly_once


def test_a_history_is_read_as_it_was_recorded(tmp_path: Path) -> None:
    """An end finds its start; a start without an end is lost; a torn line is left out."""
    path = tmp_path / "history.jsonl"
    tasks.recorded(str(path), tasks.square, 3)
    tasks.record(str(path), "start", 4)
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"event": "sta')
    done, lost = read(path)
    assert (done.item, done.ended, lost.item, lost.ended, lost.ended_s) == (
        "3",
        "done",
        "4",
        "lost",
        None,
    )
    assert done.ended_s is not None
    assert done.ended_s >= done.started_s


def _item(count: int) -> Iterator[int]:
    yield count


def test_a_value_is_written_as_source_that_gives_it_again() -> None:
    """Functions go by name, what lives on has one, and what has no source says so."""
    written: list[str] = []
    sources = Sources("/body", written.append)
    assert sources.of([1, (2,), {"a": tasks.square}]) == "[1, (2,), {'a': square}]"
    recorded = sources.of(partial(tasks.recorded, "/body/history", tasks.square))
    assert recorded == "functools.partial(recorded, folder + '/history', square)"
    assert sources.of(partial(tasks.sleep_then, 1)) == "functools.partial(sleep_then, 1)"
    assert sources.of(iter([1])) == "iter([1])"
    assert sources.of(_item(3)) == "_item(3)"
    assert sources.of({1: 2}.values()) == "{1: 2}.values()"
    assert sources.of(ValueError("x")) == "ValueError('x')"
    calls: list[int] = []
    assert [sources.of(calls.append) for _ in range(2)] == ["given1.append"] * 2
    assert written == ["given1 = []"]
    for value in (object(), tasks):
        with pytest.raises(NoSourceError):
            sources.of(value)


def test_a_function_of_a_body_is_written_with_what_it_names() -> None:
    """Its surroundings are put in, and what it calls inside the script is the script's business."""
    written: list[str] = []
    sources = Sources("/body", written.append)
    calls, limit = [0], 3

    def callback(value: int) -> None:
        """Keep it."""
        if len(calls) < limit and not sources.is_inside(sys._getframe()):  # noqa: SLF001
            calls.append(tasks.square(value))

    sources.name(sources, "sources")
    assert sources.of(callback) == "callback1"
    given, definition = written
    assert given == "given1 = [0]"
    assert "def callback1(value):\n    if len(given1) < 3" in definition
    assert "given1.append(square(value))" in definition
    callback(2)
    assert calls == [0]
