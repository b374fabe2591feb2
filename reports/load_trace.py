"""A Chrome-trace (Perfetto) file -> one tidy frame, a row a bar."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .fields import RecordError, kind, number

COLUMNS = ("lane", "name", "start_us", "duration_us", "args")


def load_trace(path: Path) -> pd.DataFrame:
    """Read the complete events (`ph` "X") of a trace.

    Columns: COLUMNS; times in microseconds, the first bar starts at 0; a lane is a
    (pid, tid), named as the trace names it. Sorted by lane, then by start.
    Raises: RecordError when the file is no trace, or has no complete event.
    """
    events = _events(path)
    named = _lane_names(events)
    bars = []
    for place, event in enumerate(events):
        if isinstance(event, Mapping) and event.get("ph") == "X":
            try:
                bars.append(_bar(event, named))
            except RecordError as error:
                raise RecordError(f"{path}, event {place}: {error}") from error
    if not bars:
        raise RecordError(
            f'{path}: expected events with "ph": "X" (an item that a worker ran), got none among '
            f"{len(events)} events; give the trace of a run in which the pool did something"
        )
    frame = pd.DataFrame(bars, columns=list(COLUMNS))
    frame["start_us"] -= frame["start_us"].min()
    return frame.sort_values(["lane", "start_us"], kind="stable").reset_index(drop=True)


def _events(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"{path}: expected a trace file; {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: expected JSON in Chrome's trace format ({error})") from error
    events = content.get("traceEvents") if isinstance(content, dict) else content
    if not isinstance(events, list):
        raise RecordError(f'{path}: expected a list of events or {{"traceEvents": [...]}}')
    return events


def _lane_names(events: list[Any]) -> dict[tuple[Any, Any], str]:
    named: dict[tuple[Any, Any], str] = {}
    for event in events:
        if isinstance(event, Mapping) and event.get("ph") == "M":
            name = (event.get("args") or {}).get("name")
            if name and event.get("name") == "thread_name":
                named[event.get("pid"), event.get("tid")] = str(name)
            elif name and event.get("name") == "process_name":
                named[event.get("pid"), None] = str(name)
    return named


def _bar(event: Mapping[str, Any], named: Mapping[tuple[Any, Any], str]) -> tuple[Any, ...]:
    pid, tid = event.get("pid"), event.get("tid")
    duration = number(event, "dur")
    if duration < 0:
        raise RecordError(f'expected "dur" to be 0 or more microseconds, got {kind(duration)}')
    lane = named.get((pid, tid)) or named.get((pid, None)) or _unnamed(pid, tid)
    return lane, str(event.get("name", "item")), number(event, "ts"), duration, event.get("args")


def _unnamed(pid: Any, tid: Any) -> str:
    return f"worker {pid}" if tid in (None, pid, 0) else f"worker {pid} / {tid}"
