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

import re
import tomllib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import tomlkit

from .. import place
from .deviations import ANY_CLAUSE, Deviation, Deviations
from .findings import Revision
from .verdicts import BROKEN, Verdict

_KEYS = {"clause", "verdict", "start_method", "python", "stacks", "reason", "issue"}
_ALLOWED = BROKEN | {Verdict.PASS, Verdict.BLOCKED}
_WITH_STACKS = frozenset({Verdict.HANG, Verdict.FLAKY, Verdict.PASS})

_START_METHOD = (r".+", '["fork", "spawn"]')  # an engine has one of its own
_PYTHON = (r"\d+\.\d+", '["3.11", "3.12"]')
"""What narrows an entry, and how: the form of one value, and an example of several."""

_HEADER = re.compile(r"^(?=[ \t]*\[\[[ \t]*deviation[ \t]*\]\])", re.MULTILINE)
_IS_REMARK = re.compile(r"\s*(#.*)?$")


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
    unknown key, an unknown verdict, a value of another form or a clause that the specification
    does not have.
    """
    if not path.exists():
        return Deviations(path, [])
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise DeviationError(f"{path}: expected a file to read, got: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeviationError(f"{path}: expected TOML, got {error}") from error
    tables = content.get("deviation", [])
    in_form = isinstance(tables, list) and len(_HEADER.split(text)) == 1 + len(tables)
    if set(content) - {"deviation"} or not in_form:
        raise DeviationError(f"{path}: expected [[deviation]] tables only, got {sorted(content)}")
    return Deviations(path, [_entry(path, table, clauses) for table in tables])


def write(known: Deviations, revision: Revision) -> None:
    """Write the file: entries that stay are not touched, the new ones come last.

    One that changes keeps its reason, its issue and its comments.  Comments between entries stay
    whatever becomes of those; what stands within an entry that goes, goes with it.
    """
    source = (known.entries[0].file if known.entries else None) or known.path
    head, *blocks = _blocks(source.read_text(encoding="utf-8") if source.exists() else "")
    texts = [head]
    for number, left in enumerate(revision.becomes):
        written, behind = blocks[2 * number : 2 * number + 2]
        kept = list(left) == [known.entries[number]]
        texts += [written] if kept else ["\n".join(_edited(written, entry) for entry in left)]
        texts.append(behind)
    for entry in revision.added:
        texts.append(("\n" if "".join(texts).strip() else "") + _edited("[[deviation]]\n", entry))
    known.path.parent.mkdir(parents=True, exist_ok=True)
    known.path.write_text("".join(texts).strip("\n") + "\n", encoding="utf-8")


def _entry(path: Path, table: dict[str, Any], clauses: Collection[str]) -> Deviation:
    clause = str(table.get("clause"))

    def refuse(expected: str, got: object) -> DeviationError:
        return DeviationError(f"{path}: entry {clause}: expected {expected}, got {got!r}")

    if set(table) - _KEYS:
        raise refuse(f"keys out of {sorted(_KEYS)}", sorted(set(table) - _KEYS))
    if clause not in clauses and clause != ANY_CLAUSE:
        raise refuse("the id of a clause of SPEC.md; remove what is stale", clause)
    reason, issue = table.get("reason"), table.get("issue")
    if not isinstance(reason, str) or not reason.strip():
        raise refuse("a reason", reason)
    if not isinstance(issue, str | None):
        raise refuse("the issue as a text", issue)
    verdicts = _texts(table.get("verdict", ()))
    unknown = set(verdicts) - {v.value for v in _ALLOWED}
    if not verdicts or unknown:
        raise refuse(f"verdicts out of {', '.join(sorted(_ALLOWED))}", table.get("verdict"))
    if clause == ANY_CLAUSE and Verdict.PASS not in verdicts:
        raise refuse("PASS among the verdicts of what is known of every clause", verdicts)
    return Deviation(
        clause=clause,
        verdicts=frozenset(map(Verdict, verdicts)),
        reason=reason,
        issue=issue,
        start_methods=_narrower(table, "start_method", _START_METHOD, refuse),
        pythons=_narrower(table, "python", _PYTHON, refuse),
        stacks=_stacks(table, verdicts, refuse) if "stacks" in table else (),
        file=path,
    )


def _narrower(
    table: dict[str, Any],
    key: str,
    form: tuple[str, str],
    refuse: Callable[[str, object], Exception],
) -> tuple[str, ...]:
    """Return what narrows an entry; a value that is passed over would widen it to everything."""
    if key not in table:
        return ()
    pattern, example = form
    value = table[key]
    texts = value if isinstance(value, list) else [value]
    if texts and all(isinstance(text, str) and re.fullmatch(pattern, text) for text in texts):
        return tuple(texts)
    raise refuse(f"{key} as a text or a list of texts, for instance {example}", value)


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


def _blocks(text: str) -> list[str]:
    """Return what stands before the entries, then each entry and what stands behind it."""
    head, *rest = _HEADER.split(text)
    blocks = [head]
    for block in rest:
        lines = block.splitlines(keepends=True)
        behind = next(i for i in range(len(lines), 0, -1) if not _IS_REMARK.match(lines[i - 1]))
        blocks += ["".join(lines[:behind]), "".join(lines[behind:])]
    return blocks


def _edited(written: str, entry: Deviation) -> str:
    """Return the text of an entry, an empty one at first, with what there is to say now."""
    document = tomlkit.parse(written)
    (table,) = document["deviation"]
    told = _told(entry)
    for key in set(table) - set(told):
        del table[key]
    for key, value in told.items():
        if table.get(key) != value:
            table[key] = value
    return document.as_string()


def _told(entry: Deviation) -> dict[str, Any]:
    """Return the keys of an entry that say something, in the order in which they are written."""
    told: dict[str, Any] = {"clause": entry.clause, "verdict": sorted(entry.verdicts)}
    narrower = {
        "start_method": entry.start_methods,
        "python": entry.pythons,
        "stacks": entry.stacks,
    }
    told |= {key: list(values) for key, values in narrower.items() if values}
    told["reason"] = entry.reason
    return told | ({"issue": entry.issue} if entry.issue else {})
