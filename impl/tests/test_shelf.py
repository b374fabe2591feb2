"""The shelf: files go round, and no more are kept than it may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolproof import Pool
from poolproof._engine import shelf
from poolproof._engine.shelf import Shelf
from poolproof._front.jobs import Span
from poolproof._link.ledger import Frame
from poolproof._wire import memory
from poolproof._wire.frames import LENT_FILE
from poolproof._wire.memory import SHELF_BYTES, MemoryFile

from .counting import nothing_left
from .files import file_of_size
from .jobs import map_job

FILES = 20  # on a shelf, at most


def _frame(file: MemoryFile | None) -> Frame:
    job, _ = map_job([1])
    return Frame(1, job, Span(0, [1]), carries_call=False, file=file)


def _on_shelf(shelf: Shelf) -> int:
    return sum(file.size() for file in shelf._free)


def test_a_file_that_was_given_back_is_lent_again() -> None:
    shelf = Shelf(FILES)
    file = shelf.borrow()
    fd = file.fd
    shelf.give_back(file)
    assert shelf.borrow().fd == fd
    file.close()


def test_a_frame_gives_its_file_back_once() -> None:
    shelf = Shelf(FILES)
    frame = _frame(shelf.borrow())
    shelf.take_from(frame)
    shelf.take_from(frame)
    assert frame.file is None
    assert len(shelf._free) == 1
    shelf.close()


@given(sizes=st.lists(st.just(0) | st.integers(0, SHELF_BYTES), max_size=3 * FILES))
def test_a_shelf_keeps_no_more_than_its_limit(sizes: list[int]) -> None:
    shelf = Shelf(FILES)
    for size in sizes:
        shelf.give_back(file_of_size(size))
        assert _on_shelf(shelf) <= SHELF_BYTES
        assert len(shelf._free) <= FILES
    shelf.close()


def test_a_shelf_has_room_again_for_what_was_borrowed() -> None:
    shelf = Shelf(FILES)
    shelf.give_back(file_of_size(SHELF_BYTES))
    shelf.borrow().close()
    shelf.give_back(file_of_size(SHELF_BYTES))
    assert _on_shelf(shelf) == SHELF_BYTES
    shelf.close()


def test_empty_files_do_not_pile_up_on_the_shelf() -> None:
    shelf = Shelf(FILES)
    borrowed = [shelf.borrow() for _ in range(10)]
    for file in borrowed:
        shelf.give_back(file)
    assert [shelf.borrow() for _ in range(10)] == borrowed[::-1], "files on the shelf are used"
    for file in borrowed:
        file.close()


def test_a_closed_shelf_leaves_no_descriptor() -> None:
    with nothing_left():
        shelf = Shelf(FILES)
        for size in (0, 1, SHELF_BYTES, SHELF_BYTES):
            shelf.give_back(file_of_size(size))
        late = file_of_size(0), file_of_size(1)
        shelf.close()
        for file in late:  # the dispatcher was stuck in user code, and another ended the pool
            shelf.give_back(file)


def test_what_a_worker_has_made_takes_the_place_of_what_was_lent() -> None:
    shelf = Shelf(FILES)
    lent, made = shelf.borrow(), MemoryFile.create()
    frame = _frame(lent)
    assert shelf.file_of(frame, LENT_FILE) is lent
    shelf.adopt(frame, made, LENT_FILE + 1)
    assert shelf.file_of(frame, LENT_FILE + 1) is made
    assert shelf.borrow() is lent, "the other is free again"
    for file in (lent, made):
        file.close()


def test_another_file_of_a_frame_is_never_taken_for_one_that_has_not_arrived() -> None:
    shelf = Shelf(FILES)
    frame = _frame(shelf.borrow())
    assert shelf.file_of(frame, LENT_FILE + 1) is None
    shelf.take_from(frame)
    shelf.close()


def test_large_results_come_back_where_the_shelf_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (memory, shelf):  # each file is closed with its last result
        monkeypatch.setattr(module, "SHELF_BYTES", 1)
    bodies = [bytes([n]) * (1 << 20) for n in range(8)]
    with Pool(2) as pool:
        assert pool.map_async(bytes, bodies, 1).get(30.0) == bodies
        assert pool.map_async(bytes, bodies, 1).get(30.0) == bodies
