"""Reads SPEC.md: its form, and one exact error for each way to depart from it.

    ## MAP: map and starmap              an area and its title
    ### MAP-01 MUST                      a clause: the area, a number that only grows, the level
    `map(func, iterable)` MUST ...       one sentence, which may take several lines
    - Intent: ...                        fields, each once; Intent and Source are required,
    - Source: ...                        Since, Until, Check and Untested are not

What stands before the first area is prose.  Called by `clauses`; knows nothing of tests.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

SPEC = Path(__file__).with_name("SPEC.md")

_AREA = re.compile(r"## (?P<area>[A-Z]+): (?P<title>\S.*)")
_CLAUSE = re.compile(r"### (?P<id>(?P<area>[A-Z]+)-(?P<number>\d{2})) (?P<level>[A-Z]+)")
_FIELD = re.compile(r"- (?P<label>\w+):(?P<value>.*)")
_PYTHON = re.compile(r"3\.\d+")

_REQUIRED = ("Intent", "Source")
_OPTIONAL = ("Since", "Until", "Check", "Untested")

_Lines = list[tuple[int, str]]


class Level(StrEnum):
    """How binding a clause is; `word` is the RFC 2119 word its sentence uses."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    OBSERVED = "OBSERVED"

    @property
    def word(self) -> str:
        """MUST, SHOULD, or MAY for what was merely observed."""
        return "MAY" if self is Level.OBSERVED else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One numbered rule of the specification.  Texts are Markdown, on one line each."""

    id: str
    area: str
    level: Level
    text: str
    intent: str
    source: str
    since: str | None = None
    """First Python version in which it is in force, as "3.13"; None for any."""
    until: str | None = None
    """Last Python version in which it is in force; None for any."""
    check: str | None = None
    """What to look at first when it fails."""
    untested: str | None = None
    """Why no test decides it; None when one has to."""

    def in_force(self, python: tuple[int, ...]) -> bool:
        """Say if it holds under the Python of that `(major, minor)` version."""
        return (self.since is None or _version(self.since) <= python[:2]) and (
            self.until is None or python[:2] <= _version(self.until)
        )


@dataclass(frozen=True, slots=True)
class Specification:
    """Areas with their titles, and clauses by id, both in the order of the file."""

    areas: Mapping[str, str]
    clauses: Mapping[str, Clause]


class SpecError(ValueError):
    """The specification is not in its form: where, what was expected, what was got."""

    def __init__(self, path: Path, line: int, expected: str, got: str) -> None:
        super().__init__(
            f"{path}:{line}: expected {expected}, got {got}; mend that line, the form is at the "
            f"top of {Path(__file__).name}"
        )
        self.line = line


def read_spec(path: Path) -> Specification:
    """Read a specification in the form of this module's docstring.

    Raises: SpecError at the first line that departs from it; OSError when it cannot be read.
    """
    return _Reader(path).read()


class _Reader:
    """Reads one file, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._areas: dict[str, str] = {}
        self._clauses: dict[str, Clause] = {}

    def read(self) -> Specification:
        lines = list(enumerate(self._text().splitlines(), start=1))
        for number, heading, body in _sections(lines):
            if heading.startswith("### "):
                self._read_clause(number, heading, body)
            elif self._areas or _AREA.fullmatch(heading):
                self._read_area(number, heading, body)
        if not self._clauses:
            self._fail(len(lines), "at least one clause ('### AREA-01 MUST')", "none")
        return Specification(self._areas, self._clauses)

    def _text(self) -> str:
        raw = self._path.read_bytes()
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            self._fail(
                1 + raw.count(b"\n", 0, error.start), "UTF-8", repr(raw[error.start : error.end])
            )

    def _read_area(self, number: int, heading: str, body: _Lines) -> None:
        found = _AREA.fullmatch(heading)
        if found is None:
            self._fail(number, "an area ('## AREA: title')", repr(heading))
        if found["area"] in self._areas:
            self._fail(number, "each area once", f"{found['area']} again")
        for line, text in body:
            if text:
                self._fail(line, "a clause ('### AREA-01 MUST') under the area", repr(text))
        self._areas[found["area"]] = found["title"]

    def _read_clause(self, number: int, heading: str, body: _Lines) -> None:
        found = _CLAUSE.fullmatch(heading)
        if found is None:
            self._fail(number, "a clause heading ('### AREA-01 MUST')", repr(heading))
        area = next(reversed(self._areas), None)
        if found["area"] != area:
            self._fail(number, f"a clause of {area or 'an area that was opened'}", found["id"])
        if found["level"] not in set(Level):
            self._fail(number, f"a level ({', '.join(Level)})", found["level"])
        last = max((c.id for c in self._clauses.values() if c.area == area), default=f"{area}-00")
        if found["id"] <= last:
            self._fail(number, f"a number above {last}", found["id"])
        texts = self._read_body(number, found["id"], body)
        self._clauses[found["id"]] = Clause(
            id=found["id"],
            area=found["area"],
            level=Level(found["level"]),
            text=texts["text"],
            intent=texts["intent"],
            source=texts["source"],
            since=texts.get("since"),
            until=texts.get("until"),
            check=texts.get("check"),
            untested=texts.get("untested"),
        )

    def _read_body(self, number: int, clause_id: str, body: _Lines) -> dict[str, str]:
        """Return the sentence as "text" and each field under its label in lower case."""
        sentence, fields = self._split(body)
        if not sentence:
            self._fail(number, f"a sentence under {clause_id}", "none")
        texts = {"text": " ".join(sentence)}
        for line, label, value in fields:
            if label not in _REQUIRED + _OPTIONAL:
                self._fail(line, f"a field ({', '.join(_REQUIRED + _OPTIONAL)})", repr(label))
            if label.lower() in texts:
                self._fail(line, f"each field of {clause_id} once", f"{label} again")
            if not value:
                self._fail(line, f"a text after '{label}:'", "none")
            if label in {"Since", "Until"} and not _PYTHON.fullmatch(value):
                self._fail(line, f"a Python version ('3.13') after '{label}:'", repr(value))
            texts[label.lower()] = value
        for label in _REQUIRED:
            if label.lower() not in texts:
                self._fail(number, f"a field '- {label}: ...' under {clause_id}", "none")
        since, until = texts.get("since"), texts.get("until")
        if since and until and _version(since) > _version(until):
            self._fail(number, f"Since of {clause_id} not after Until", f"{since} and {until}")
        return texts

    def _split(self, body: _Lines) -> tuple[list[str], list[tuple[int, str, str]]]:
        """Part a clause's lines into its sentence and its fields; both may continue."""
        sentence: list[str] = []
        fields: list[tuple[int, str, str]] = []
        ended = False
        for line, text in body:
            found = _FIELD.fullmatch(text)
            if not text:
                ended = ended or bool(sentence or fields)
            elif ended or (fields and not found and not text.startswith("  ")):
                self._fail(line, "a field ('- Intent: ...') or the next heading", repr(text))
            elif found:
                fields.append((line, found["label"], found["value"].strip()))
            elif fields:
                start, label, value = fields[-1]
                fields[-1] = (start, label, f"{value} {text.strip()}")
            else:
                sentence.append(text.strip())
        return sentence, fields

    def _fail(self, line: int, expected: str, got: str) -> NoReturn:
        raise SpecError(self._path, line, expected, got)


def _sections(lines: _Lines) -> Iterator[tuple[int, str, _Lines]]:
    """Yield each heading of level two or three with its line number and what stands under it."""
    starts = [i for i, (_, text) in enumerate(lines) if text.startswith(("## ", "### "))]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        number, heading = lines[start]
        yield number, heading, [(line, text.rstrip()) for line, text in lines[start + 1 : end]]


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
