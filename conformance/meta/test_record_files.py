"""Record files of runs that begin side by side, without any run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ..cpython.records import RecordFile
from ..harness.records import RecordWriter, default_path, open_record, refusal


def test_a_file_that_a_run_writes_is_refused_to_another(tmp_path: Path) -> None:
    """It says so before it has begun, and where both have begun; the file stays as it is."""
    path = tmp_path / "record.jsonl"
    first = RecordWriter(path, named=True)
    first.write({"record": "header"})
    assert "which another run is writing; name another file" in str(refusal(path))
    with pytest.raises(BlockingIOError, match="which another run is writing"):
        RecordWriter(path, named=True)
    with pytest.raises(BlockingIOError, match="which another run is writing"):
        RecordFile(path, named=True)
    first.write({"record": "footer"})
    assert path.read_text(encoding="utf-8") == '{"record": "header"}\n{"record": "footer"}\n'
    first.close()
    assert refusal(path) is None


def test_a_run_renews_the_records_of_one_that_is_over(tmp_path: Path) -> None:
    """Nothing of the longer record that was there is left behind the new one."""
    path = tmp_path / "record.jsonl"
    for written in ("as long as this", "short"):
        with open_record(path, named=True) as stream:
            stream.write(written)
    assert path.read_text(encoding="utf-8") == "short"


def test_runs_that_begin_in_one_second_have_a_file_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody named a file: none is written over, not the record of a run that is over either."""
    monkeypatch.setattr(f"{default_path.__module__}.records_folder", lambda: tmp_path / "new")
    path = default_path(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    writers = [RecordWriter(path, named=False) for _ in range(3)]
    numbered = [path.with_stem(f"{path.stem}{suffix}") for suffix in ("", "-2", "-3")]
    assert [writer.path for writer in writers] == numbered
    for writer in writers:
        writer.close()
    with RecordFile(path, named=False) as fourth:
        assert fourth.path == path.with_stem(f"{path.stem}-4")


def test_a_device_takes_records_of_several_runs() -> None:
    """What keeps nothing has nothing to lose."""
    with open_record(Path("/dev/null"), named=True), open_record(Path("/dev/null"), named=True):
        assert refusal(Path("/dev/null")) is None
