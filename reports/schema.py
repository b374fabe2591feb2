"""What a conformance record file contains, and the validation of one line of it.

Knows the record shapes and nothing else: no files (see records.py), no frames.
An unknown key is ignored, so that a newer suite can add one; a missing or
mistyped key is a RecordError that says what was expected and what was got.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .fields import (
    Json,
    RecordError,
    items,
    kind,
    mapping,
    maybe_number,
    maybe_text,
    maybe_version,
    number,
    text,
)

SCHEMA: Final = 1
LEVELS: Final = ("MUST", "SHOULD", "OBSERVED")
# From harmless to worst; ERROR is the suite's own fault, UNKNOWN and BLOCKED say "not judged".
VERDICTS: Final = (
    *("PASS", "DIFFERS", "UNSUPPORTED", "XFAIL", "SKIP"),
    *("UNKNOWN", "BLOCKED", "ERROR"),
    *("FLAKY", "XPASS", "LEAK", "FAIL", "CRASH", "HANG"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A pool under test, as the header of a run lists it."""

    name: str
    version: str | None
    requirement: str | None
    available: bool
    reason: str | None
    start_methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The conditions of one run of the suite."""

    suite_version: str
    started: str  # ISO 8601, UTC
    command: str
    python: str
    implementation: str
    platform: str
    machine: str
    cpu_count: int | None
    load_average: tuple[float, ...]  # runnable processes, over 1, 5 and 15 minutes
    deadline_s: float | None
    calibration_s: float | None
    budget_scale: float | None
    seed: str
    strict: bool
    expected: int  # verdicts
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered rule of the specification."""

    id: str
    area: str
    level: str
    text: str
    intent: str
    source: str
    since: str | None
    until: str | None
    untested: str | None  # why it cannot be tested


@dataclass(frozen=True, slots=True)
class Event:
    """One attempt of a worker at an item; times in seconds since the body began."""

    item: str
    attempt: int
    worker: int
    started_s: float
    ended_s: float | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one clause for one subject under one start method."""

    clause: str
    subject: str
    start_method: str
    verdict: str
    body: str | None  # what the test alone came to, where a deviation file changed the verdict
    phase: str | None
    duration_s: float | None
    expected: str | None
    stdlib: str | None
    observed: str | None
    message: str | None
    stacks: str | None
    census: Mapping[str, tuple[str, ...]]
    deviation_reason: str | None
    deviation_issue: str | None
    replay: str | None
    script: str | None
    history: tuple[Event, ...]
    checks: str | None
    example: str | None  # the smallest case that shows it
    traceback: str | None
    output: str | None  # what the body and its workers wrote


@dataclass(frozen=True, slots=True)
class Footer:
    """The last line of a run that was not interrupted."""

    finished: str
    ran: int
    expected: int
    exit_code: int | None


Record = Header | Clause | Verdict | Footer


def parse(raw: object) -> Record:
    """Validate one decoded line.

    Raises: RecordError, without file and line, which the reader adds.
    """
    if not isinstance(raw, Mapping):
        raise RecordError(f'expected a JSON object with a key "record", got {kind(raw)}')
    parser = _PARSERS.get(raw.get("record"))
    if parser is None:
        expected = ", ".join(map(str, _PARSERS))
        raise RecordError(f'expected "record" to be one of {expected}; got {raw.get("record")!r}')
    return parser(raw)


def _subject(raw: object) -> Subject:
    if not isinstance(raw, Mapping):
        raise RecordError(f'expected each of "subjects" to be an object, got {kind(raw)}')
    return Subject(
        name=text(raw, "name"),
        version=maybe_version(raw),
        requirement=maybe_text(raw, "requirement"),
        available=bool(raw.get("available", True)),
        reason=maybe_text(raw, "reason"),
        start_methods=tuple(str(method) for method in items(raw, "start_methods")),
    )


def _header(raw: Json) -> Header:
    if raw.get("schema") != SCHEMA:
        raise RecordError(f'expected "schema" {SCHEMA}, got {raw.get("schema")!r}')
    budget = mapping(raw, "budget")
    cpu_count = maybe_number(raw, "cpu_count")
    return Header(
        suite_version=text(raw, "suite_version"),
        started=text(raw, "started"),
        command=text(raw, "command"),
        python=text(raw, "python"),
        implementation=text(raw, "implementation"),
        platform=text(raw, "platform"),
        machine=text(raw, "machine"),
        cpu_count=None if cpu_count is None else int(cpu_count),
        load_average=tuple(float(load) for load in items(raw, "load_average")),
        deadline_s=maybe_number(budget, "deadline_s"),
        calibration_s=maybe_number(budget, "calibration_s"),
        budget_scale=maybe_number(budget, "scale"),
        seed=str(raw.get("seed", "not recorded")),
        strict=bool(raw.get("strict", False)),
        expected=int(number(raw, "expected")),
        subjects=tuple(_subject(entry) for entry in items(raw, "subjects")),
    )


def _clause(raw: Json) -> Clause:
    level = text(raw, "level")
    if level not in LEVELS:
        raise RecordError(f'expected "level" to be one of {", ".join(LEVELS)}, got {level!r}')
    return Clause(
        id=text(raw, "id"),
        area=text(raw, "area"),
        level=level,
        text=text(raw, "text"),
        intent=maybe_text(raw, "intent") or "",
        source=maybe_text(raw, "source") or "",
        since=maybe_text(raw, "since"),
        until=maybe_text(raw, "until"),
        untested=maybe_text(raw, "untested"),
    )


def _event(raw: object) -> Event:
    if not isinstance(raw, Mapping):
        raise RecordError(f'expected each of "history" to be an object, got {kind(raw)}')
    return Event(
        item=str(raw.get("item")),
        attempt=int(maybe_number(raw, "attempt") or 1),
        worker=int(number(raw, "worker")),
        started_s=number(raw, "started_s"),
        ended_s=maybe_number(raw, "ended_s"),
        ended=maybe_text(raw, "ended"),
    )


def _verdict(raw: Json) -> Verdict:
    verdict = text(raw, "verdict")
    if verdict not in VERDICTS:
        raise RecordError(f'expected "verdict" to be one of {", ".join(VERDICTS)}, got {verdict!r}')
    deviation = mapping(raw, "deviation")
    census = mapping(raw, "census")
    return Verdict(
        clause=text(raw, "clause"),
        subject=text(raw, "subject"),
        start_method=text(raw, "start_method"),
        verdict=verdict,
        body=maybe_text(raw, "body"),
        phase=maybe_text(raw, "phase"),
        duration_s=maybe_number(raw, "duration_s"),
        expected=maybe_text(raw, "expected"),
        stdlib=maybe_text(raw, "stdlib"),
        observed=maybe_text(raw, "observed"),
        message=maybe_text(raw, "message"),
        stacks=maybe_text(raw, "stacks"),
        census={what: tuple(map(str, items(census, what))) for what in census},
        deviation_reason=maybe_text(deviation, "reason"),
        deviation_issue=maybe_text(deviation, "issue"),
        replay=maybe_text(raw, "replay"),
        script=maybe_text(raw, "script"),
        history=tuple(_event(event) for event in items(raw, "history")),
        checks=maybe_text(raw, "checks"),
        example=maybe_text(raw, "example"),
        traceback=maybe_text(raw, "traceback"),
        output=maybe_text(raw, "output"),
    )


def _footer(raw: Json) -> Footer:
    exit_code = maybe_number(raw, "exit_code")
    return Footer(
        finished=text(raw, "finished"),
        ran=int(number(raw, "ran")),
        expected=int(number(raw, "expected")),
        exit_code=None if exit_code is None else int(exit_code),
    )


_PARSERS: Final[Mapping[object, Callable[[Json], Record]]] = {
    "header": _header,
    "clause": _clause,
    "verdict": _verdict,
    "footer": _footer,
}
