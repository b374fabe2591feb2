r"""The files of known failures: `deviations/<module>.<attr>.toml`.

    [[deviation]]
    clause = "DEATH-01"
    verdict = ["HANG"]              # what is known; with "PASS" among them: now and then
    start_method = ["fork"]         # optional: under these only
    python = ["3.11", "3.12"]       # optional: under these versions only
    stacks = [' in get\n']          # optional: only a hang whose stacks show each of these
    reason = "the lost task's handle never resolves"
    issue = "https://github.com/python/cpython/issues/66587"   # optional

`clause = "*"` is for what goes wrong now and then whatever the pool is asked ("PASS" has to be
among its verdicts); a clause's own entry comes before it.  `stacks` tells one way to hang from
another: regular expressions, each of which is found in the stacks of the body that hung.
"""

import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from .. import place
from .deviations import ANY_CLAUSE, Deviation, Deviations
from .verdicts import BROKEN, Verdict

_KEYS = {"clause", "verdict", "start_method", "python", "stacks", "reason", "issue"}
_ALLOWED = BROKEN | {Verdict.PASS, Verdict.BLOCKED}
_WITH_STACKS = frozenset({Verdict.HANG, Verdict.FLAKY, Verdict.PASS})


class DeviationError(ValueError):
    """A deviation file is not in its form: one line, what was expected and what was got."""


def path_of(folder: Path, subject: str) -> Path:
    """Return where the deviations of a subject are kept."""
    return folder / f"{subject.replace(':', '.')}.toml"


def of_subject(subject: str, folder: Path | None, clauses: Collection[str]) -> Deviations:
    """Read what is known of a subject from `folder`: where there is none, from one's own.

    A pool that the suite knows and of which one has no file has the suite's.  What is written
    goes to `folder`, or to one's own.  Raises: DeviationError as `load` does.
    """
    if folder is not None:
        return load(path_of(folder, subject), clauses)
    own = path_of(place.OWN_DEVIATIONS, subject)
    shipped = path_of(place.SHIPPED_DEVIATIONS, subject)
    return Deviations(own, load(own if own.exists() else shipped, clauses).entries)


def load(path: Path, clauses: Collection[str]) -> Deviations:
    """Read a file; one that is not there has no entries.

    Raises: DeviationError for TOML that does not parse, and for an entry with a missing or
    unknown key, an unknown verdict or a clause that the specification does not have.
    """
    if not path.exists():
        return Deviations(path, [])
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DeviationError(f"{path}: expected TOML, got {error}") from error
    if set(content) - {"deviation"} or not isinstance(content.get("deviation", []), list):
        raise DeviationError(f"{path}: expected [[deviation]] tables only, got {sorted(content)}")
    return Deviations(path, [_entry(path, e, clauses) for e in content.get("deviation", [])])


def write(deviations: Deviations, found: Iterable[Deviation]) -> None:
    """Write the file: what is known about `found` is kept, the rest of the old entries goes."""
    known = {(e.clause, e.start_methods): e for e in deviations.entries}
    entries = [known.get((e.clause, e.start_methods), e) for e in found]
    text = "\n".join(_table(e) for e in sorted(entries, key=lambda e: (e.clause, e.start_methods)))
    deviations.path.parent.mkdir(parents=True, exist_ok=True)
    deviations.path.write_text(text, encoding="utf-8")


def _entry(path: Path, table: dict[str, Any], clauses: Collection[str]) -> Deviation:
    clause = str(table.get("clause"))

    def refuse(expected: str, got: object) -> DeviationError:
        return DeviationError(f"{path}: entry {clause}: expected {expected}, got {got!r}")

    if set(table) - _KEYS:
        raise refuse(f"keys out of {sorted(_KEYS)}", sorted(set(table) - _KEYS))
    if clause not in clauses and clause != ANY_CLAUSE:
        raise refuse("the id of a clause of SPEC.md; remove what is stale", clause)
    if not str(table.get("reason", "")).strip():
        raise refuse("a reason", table.get("reason"))
    verdicts = _texts(table.get("verdict", ()))
    unknown = set(verdicts) - {v.value for v in _ALLOWED}
    if not verdicts or unknown:
        raise refuse(f"verdicts out of {sorted(_ALLOWED)}", table.get("verdict"))
    if clause == ANY_CLAUSE and Verdict.PASS not in verdicts:
        raise refuse("PASS among the verdicts of what is known of every clause", verdicts)
    return Deviation(
        clause=clause,
        verdicts=frozenset(map(Verdict, verdicts)),
        reason=table["reason"],
        issue=table.get("issue"),
        start_methods=_texts(table.get("start_method", ())),
        pythons=_texts(table.get("python", ())),
        stacks=_stacks(table, verdicts, refuse) if "stacks" in table else (),
        file=path,
    )


def _stacks(
    table: dict[str, Any], verdicts: tuple[str, ...], refuse: Callable[[str, object], Exception]
) -> tuple[str, ...]:
    stacks = _texts(table["stacks"])
    if not stacks:
        raise refuse("stacks as a text or a list of texts", table["stacks"])
    if not set(verdicts) <= _WITH_STACKS:
        raise refuse("stacks only where the verdicts are HANG, FLAKY and PASS", verdicts)
    for pattern in stacks:
        try:
            re.compile(pattern)
        except re.error as error:
            raise refuse(f"stacks as regular expressions ({error})", pattern) from error
    return stacks


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _table(entry: Deviation) -> str:
    lines = ["[[deviation]]", f"clause = {_quoted(entry.clause)}"]
    lines.append(f"verdict = {_quoted(sorted(entry.verdicts))}")
    if entry.start_methods:
        lines.append(f"start_method = {_quoted(list(entry.start_methods))}")
    if entry.pythons:
        lines.append(f"python = {_quoted(list(entry.pythons))}")
    if entry.stacks:
        lines.append(f"stacks = {_quoted(list(entry.stacks))}")
    lines.append(f"reason = {_quoted(entry.reason)}")
    if entry.issue:
        lines.append(f"issue = {_quoted(entry.issue)}")
    return "\n".join(lines) + "\n"


def _quoted(value: str | list[Any]) -> str:
    return json.dumps(value)  # a JSON string, or list of strings, is a TOML one too
